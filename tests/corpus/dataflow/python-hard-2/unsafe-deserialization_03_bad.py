import argparse
import collections
import io
import pickle
import sys

FORBIDDEN = {"os", "posix", "nt", "subprocess", "sys", "shutil", "socket"}
PERMITTED = {
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("collections", "deque"): collections.deque,
}


class BoardUnpickler(pickle.Unpickler):
    def find_class(self, module, name):
        if module.partition(".")[0] in FORBIDDEN:
            raise pickle.UnpicklingError("not permitted")
        return super().find_class(module, name)

    def persistent_load(self, pid):
        raise pickle.UnpicklingError("not permitted")


def load_board(stream):
    board = BoardUnpickler(io.BytesIO(stream.read())).load()
    if not isinstance(board, collections.OrderedDict):
        raise pickle.UnpicklingError("board expected")
    return board


def main(argv=None):
    parser = argparse.ArgumentParser(description="Show the size of a received board")
    parser.add_argument("--strict", action="store_true")
    options = parser.parse_args(argv)
    try:
        board = load_board(sys.stdin.buffer)
    except pickle.UnpicklingError as exc:
        print(exc, file=sys.stderr)
        return 2
    print(len(board))
    return 1 if options.strict and not board else 0


if __name__ == "__main__":
    sys.exit(main())
