//! The system calls a sandbox may make.
//!
//! Two filters, of which the stricter answer wins, and among equals that of the one loaded last. The first lists what is allowed; all else does not exist
//! (ENOSYS), so that a C library tries the older call when a newer one is not listed here. The second refuses
//! (EPERM) what a program may legitimately probe for and must learn is forbidden. A call of another architecture
//! kills; an x32 call has a number that is in no list.

use super::failure::{Done, Step};
use super::seccomp_calls::{ALLOWED, REFUSED};
#[cfg(target_arch = "x86_64")]
use super::seccomp_calls::{OLD_CALLS, OLD_REFUSED};
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule,
};
use std::collections::BTreeMap;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Loads both filters into this process for good.
pub(super) fn load() -> Done<()> {
    let step = "load the seccomp filter";
    let allowed = allowed().step(step)?;
    let refused = refused().step(step)?;
    seccompiler::apply_filter(&allowed).step(step)?;
    seccompiler::apply_filter(&refused).step(step)
}

fn allowed() -> Result<BpfProgram, BackendError> {
    let mut rules: Rules = ALLOWED.iter().map(|number| (*number, Vec::new())).collect();
    #[cfg(target_arch = "x86_64")]
    rules.extend(OLD_CALLS.iter().map(|number| (*number, Vec::new())));
    rules.insert(libc::SYS_clone, vec![no_bits(0, NEW_NAMESPACES)?]);
    rules.insert(libc::SYS_unshare, vec![no_bits(0, NEW_NAMESPACES | libc::CLONE_NEWTIME as u64)?]);
    rules.insert(libc::SYS_socket, socket_families()?);
    rules.insert(libc::SYS_socketpair, vec![is(0, libc::AF_UNIX as u64)?]);
    rules.insert(
        libc::SYS_personality,
        PERSONALITIES.iter().map(|value| is(0, *value)).collect::<Result<_, _>>()?,
    );
    rules.insert(
        libc::SYS_ioctl,
        vec![SeccompRule::new(vec![
            condition(1, SeccompCmpOp::Ne, libc::TIOCSTI)?,
            condition(1, SeccompCmpOp::Ne, libc::TIOCLINUX)?,
            condition(1, SeccompCmpOp::Ne, libc::TIOCSETD)?,
        ])?],
    );
    filter(rules, SeccompAction::Errno(libc::ENOSYS as u32), SeccompAction::Allow)
}

/// The calls the first filter lets through only with certain arguments answer ENOSYS otherwise, which would read
/// as "not in this kernel": those are answered here.
fn refused() -> Result<BpfProgram, BackendError> {
    let mut rules: Rules = REFUSED.iter().map(|number| (*number, Vec::new())).collect();
    #[cfg(target_arch = "x86_64")]
    rules.extend(OLD_REFUSED.iter().map(|number| (*number, Vec::new())));
    for request in [libc::TIOCSTI, libc::TIOCLINUX, libc::TIOCSETD] {
        rules.entry(libc::SYS_ioctl).or_default().push(is(1, request)?);
    }
    for (call, extra) in [(libc::SYS_clone, 0), (libc::SYS_unshare, libc::CLONE_NEWTIME as u64)] {
        for bit in (0..32).map(|bit| 1_u64 << bit).filter(|bit| (NEW_NAMESPACES | extra) & bit != 0) {
            let asks = SeccompCondition::new(0, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(bit), bit)?;
            rules.entry(call).or_default().push(SeccompRule::new(vec![asks])?);
        }
    }
    filter(rules, SeccompAction::Allow, SeccompAction::Errno(libc::EPERM as u32))
}

fn filter(rules: Rules, other: SeccompAction, listed: SeccompAction) -> Result<BpfProgram, BackendError> {
    SeccompFilter::new(rules, other, listed, std::env::consts::ARCH.try_into()?)?.try_into()
}

/// UNIX and internet sockets, and the kernel's list of network devices and routes.
fn socket_families() -> Result<Vec<SeccompRule>, BackendError> {
    Ok(vec![
        is(0, libc::AF_UNIX as u64)?,
        is(0, libc::AF_INET as u64)?,
        is(0, libc::AF_INET6 as u64)?,
        SeccompRule::new(vec![
            condition(0, SeccompCmpOp::Eq, libc::AF_NETLINK as u64)?,
            condition(2, SeccompCmpOp::Eq, libc::NETLINK_ROUTE as u64)?,
        ])?,
    ])
}

/// The kernel reads these arguments as 32 bits wide, whatever is in the upper half of the register.
fn condition(argument: u8, operator: SeccompCmpOp, value: u64) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, value)
}

fn is(argument: u8, value: u64) -> Result<SeccompRule, BackendError> {
    SeccompRule::new(vec![condition(argument, SeccompCmpOp::Eq, value)?])
}

fn no_bits(argument: u8, bits: u64) -> Result<SeccompRule, BackendError> {
    let none = SeccompCondition::new(argument, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(bits), 0)?;
    SeccompRule::new(vec![none])
}

const NEW_NAMESPACES: u64 = (libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWCGROUP) as u64;

/// Linux, its 32-bit looks, no address randomisation (which debuggers ask for), and the question alone.
const PERSONALITIES: [u64; 5] = [0x0, 0x8, 0x2_0000, 0x2_0008, 0xffff_ffff];
