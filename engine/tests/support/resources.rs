//! Taking more than one's share.

use super::Rig;

/// Starts processes until it cannot, up to `most`, and returns how many there were at a time.
pub(crate) async fn fork_bomb(rig: &Rig, id: &str, most: u32) -> u32 {
    let code = format!(
        "import os, signal\n\
         children = []\n\
         try:\n\
         \x20   while len(children) < {most}:\n\
         \x20       child = os.fork()\n\
         \x20       if child == 0: signal.pause()\n\
         \x20       children.append(child)\n\
         except OSError: pass\n\
         print(len(children), flush=True)\n\
         for child in children: os.kill(child, 9)\n\
         for child in children: os.waitpid(child, 0)\n"
    );
    let ran = rig.python(id, &code).await;
    ran.out.trim().parse().unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}

/// Has `count` processes hold `bytes` each, and returns how many bytes were held at a time.
pub(crate) async fn hog_by_many(rig: &Rig, id: &str, count: u32, bytes: u64) -> u64 {
    let code = format!(
        "import os, signal\n\
         pipe, held = os.pipe(), 0\n\
         children = []\n\
         for _ in range({count}):\n\
         \x20   child = os.fork()\n\
         \x20   if child == 0:\n\
         \x20       block = bytearray(b'x') * {bytes}\n\
         \x20       os.write(pipe[1], b'.')\n\
         \x20       signal.pause()\n\
         \x20   children.append(child)\n\
         os.close(pipe[1])\n\
         while held < {count}:\n\
         \x20   if os.waitpid(-1, os.WNOHANG)[0]: break\n\
         \x20   import select\n\
         \x20   if select.select([pipe[0]], [], [], 0.1)[0]: held += len(os.read(pipe[0], 1))\n\
         print(held * {bytes}, flush=True)\n\
         for child in children:\n\
         \x20   try: os.kill(child, 9)\n\
         \x20   except ProcessLookupError: pass\n"
    );
    let ran = rig.python(id, &code).await;
    ran.out.trim().parse().unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}
