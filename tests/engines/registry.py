#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""registry.py DIRECTORY: serves the blobs of an OCI image layout on port 80, to be pulled by their digests.

containerd pulls what a checkpoint is based on even if it has it. In the network namespace of a test this is
the registry of "localhost".
"""
import http.server
import os
import re
import sys


class Registry(http.server.BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.answer(False)

    def do_GET(self):
        self.answer(True)

    def answer(self, with_body):
        match = re.fullmatch(r"/v2/[a-z]+/(manifests|blobs)/sha256:([0-9a-f]{64})", self.path.split("?")[0])
        path = match and os.path.join(sys.argv[1], "blobs", "sha256", match[2])
        if not path or not os.path.exists(path):
            self.send_error(404)
            return
        with open(path, "rb") as blob:
            data = blob.read()
        manifest = match[1] == "manifests"
        self.send_response(200)
        self.send_header(
            "Content-Type", "application/vnd.oci.image.manifest.v1+json" if manifest else "application/octet-stream"
        )
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Docker-Content-Digest", "sha256:" + match[2])
        self.end_headers()
        if with_body:
            self.wfile.write(data)


http.server.HTTPServer(("127.0.0.1", 80), Registry).serve_forever()
