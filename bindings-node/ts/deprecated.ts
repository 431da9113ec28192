/**
 * Names of earlier versions. They work as ever and warn once each, through Node's deprecation warnings.
 */
import { SandboxState, SandboxTargetRegion } from "./enums";
import { Sandbox } from "./sandbox";
import type { CreateSandboxParams, SandboxResources } from "./types";
import { warnDeprecated } from "./warn";

/** The same value under its old name. A proxy, because a module cannot see its exports being imported. */
function alias<T extends object>(value: T, old: string, now: string): T {
  const warn = () => warnDeprecated(`${old} is deprecated: use ${now}`);
  return new Proxy(value, {
    get(target, key, receiver) {
      warn();
      return Reflect.get(target, key, receiver);
    },
    construct(target, args, newTarget) {
      warn();
      return Reflect.construct(target as unknown as new () => object, args, newTarget);
    },
  });
}

/** @deprecated Use {@link Sandbox}. */
export const Workspace: typeof Sandbox = alias(Sandbox, "Workspace", "Sandbox");
/** @deprecated Use {@link Sandbox}. */
export type Workspace = Sandbox;

/** @deprecated Use {@link SandboxState}. */
export const WorkspaceState: typeof SandboxState = alias(SandboxState, "WorkspaceState", "SandboxState");
/** @deprecated Use {@link SandboxState}. */
export type WorkspaceState = SandboxState;

/** @deprecated Use {@link SandboxTargetRegion}. */
export const WorkspaceTargetRegion: typeof SandboxTargetRegion = alias(
  SandboxTargetRegion,
  "WorkspaceTargetRegion",
  "SandboxTargetRegion",
);
/** @deprecated Use {@link SandboxTargetRegion}. */
export type WorkspaceTargetRegion = SandboxTargetRegion;

/** @deprecated Use {@link CreateSandboxParams}. */
export type CreateWorkspaceParams = CreateSandboxParams;

/** @deprecated Use {@link SandboxResources}. */
export type WorkspaceResources = SandboxResources;
