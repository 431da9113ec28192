# Runs the program text on standard input as __main__, and shows errors with the program's own frames and
# lines only. Everything happens in a function, so that no name of this text is left in the program's scope.
import sys


def _run():
    name = "<target_code>"
    source = sys.stdin.buffer.read()
    scope = sys._getframe(1).f_globals
    run, system = scope.pop("_run"), scope.pop("sys")

    def show(kind, error, trace):
        import linecache
        import traceback

        lines = source.decode("utf-8", "replace").splitlines(True)
        linecache.cache[name] = (len(source), None, lines, name)
        frame = trace
        while frame is not None:
            if frame.tb_frame.f_code is run.__code__:
                trace = frame.tb_next
                break
            frame = frame.tb_next
        traceback.print_exception(kind, error, trace)

    system.excepthook = show
    exec(compile(source, name, "exec", 0, True), scope)


_run()
