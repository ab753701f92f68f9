# A stand-in for ollama/ollama, built in the folder tests. It has no model, and answers once its volume has a file `awake`.
FROM stand-in/debian
RUN apt-get update && apt-get install -y --no-install-recommends python3 && rm -rf /var/lib/apt/lists/*
WORKDIR /opt
COPY support tests/support
RUN printf '%s\n' '#!/bin/sh' \
    'case $1 in' \
    'serve) until [ -e /root/.ollama/awake ]; do sleep 0.2; done' \
    '    exec python3 -m tests.support.ollama_server --host 0.0.0.0 --port 11434 --no-models --script kind=num ;;' \
    'list) exec python3 -c "import urllib.request as r; r.urlopen(\"http://127.0.0.1:11434/api/tags\")" ;;' \
    'esac' > /usr/bin/ollama && chmod +x /usr/bin/ollama
ENTRYPOINT ["ollama"]
CMD ["serve"]
