#!/usr/bin/python3 -IS
"""An init that is asked to end before it listens: it handles SIGTERM only when one is waiting for it."""

import os
import signal
import time

while signal.SIGTERM not in signal.sigpending():
    time.sleep(0.001)
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
os._exit(1)
