# Runs the program text on standard input as __main__, and shows errors with the program's own frames and
# lines only. Everything happens in a function, so that no name of this text is left in the program's scope.
#
# Standard input holds the length of charts.py on a line, charts.py, and the program.
import sys


def _run():
    name = "<target_code>"
    charts = sys.stdin.buffer.read(int(sys.stdin.buffer.readline()))
    source = sys.stdin.buffer.read()
    scope = sys._getframe(1).f_globals
    run, system = scope.pop("_run"), scope.pop("sys")

    class Charts:
        """Sees matplotlib being imported, and does nothing until then."""

        def find_spec(self, wanted, path=None, target=None):
            if wanted not in ("matplotlib", "matplotlib.pyplot"):
                return None
            from importlib.machinery import PathFinder

            spec = PathFinder.find_spec(wanted, path, target)
            if spec is not None and hasattr(spec.loader, "exec_module"):
                load = spec.loader.exec_module
                spec.loader.exec_module = lambda module: self.load(load, module, wanted)
            return spec

        def load(self, load, module, wanted):
            if wanted == "matplotlib":
                import os

                # Without a display it would try every window system first.
                ours = not {"MPLBACKEND", "DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys()
                if ours:
                    os.environ["MPLBACKEND"] = "Agg"
                try:
                    load(module)
                finally:
                    if ours:
                        os.environ.pop("MPLBACKEND", None)
                return
            load(module)
            try:
                parts = {"__name__": "daytona_charts"}
                exec(compile(charts, "<charts>", "exec"), parts)
                parts["install"](module)
            except Exception as error:
                print("daytona: charts are not available:", error, file=system.stderr)

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
    system.meta_path.insert(0, Charts())
    exec(compile(source, name, "exec", 0, True), scope)


_run()
