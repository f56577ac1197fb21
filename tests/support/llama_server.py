"""The real llama.cpp server under the options of its own command: `llama_server.py -m FILE -c CONTEXT --port PORT`."""

import argparse
import threading

import xllamacpp


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("-m", dest="model", required=True)
    parser.add_argument("-c", dest="context", type=int, default=1024)
    parser.add_argument("--port", type=int, default=0)
    told = parser.parse_args()
    params = xllamacpp.CommonParams()
    params.model.path, params.n_ctx, params.port = told.model, told.context, told.port
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)  # noqa: T201 - a program's own output
    threading.Event().wait()


if __name__ == "__main__":
    main()
