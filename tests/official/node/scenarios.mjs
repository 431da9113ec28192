// Scenarios of today's `@daytonaio/sdk`. Each function is one; a second parameter asks for a sandbox of its own.
export * from "./scenarios/files.mjs";
export * from "./scenarios/lifecycle.mjs";
export * from "./scenarios/process.mjs";
export * from "./scenarios/projects.mjs";
