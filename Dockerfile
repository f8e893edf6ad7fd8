# The app in a container, as a user without rights:
#
#   docker build -t digitlens .
#   docker run --rm -p 127.0.0.1:8080:8484 digitlens                        # prints a link with a token
#   docker run --rm -p 127.0.0.1:8080:8484 -e DIGITLENS_TOKEN=a-token-of-my-own -v digitlens:/data digitlens
#
# Where others see it under another address than http://localhost:8080/, say which:
#
#   docker run ... digitlens --public-url https://hub.example.org/lens/
#
# /data holds what is downloaded and trained. MNIST of your own: -v /path/to/mnist:/mnist:ro -e DIGITLENS_DATA=/mnist
FROM python:3.12-slim AS build
RUN apt-get update && apt-get install --yes --no-install-recommends g++ && rm -rf /var/lib/apt/lists/*
COPY . /source
RUN python -m venv /digitlens && /digitlens/bin/pip install --no-cache-dir /source

FROM python:3.12-slim
COPY --from=build /digitlens /digitlens
COPY tools/check_health.py /usr/local/bin/
RUN useradd --uid 1000 --no-create-home digitlens && install --directory --owner=digitlens /data
ENV PATH=/digitlens/bin:$PATH PYTHONUNBUFFERED=1 XDG_CACHE_HOME=/data XDG_STATE_HOME=/data HOME=/data
USER digitlens
VOLUME /data
EXPOSE 8484
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "/usr/local/bin/check_health.py"]
# The last --public-url on the command line counts.
ENTRYPOINT ["digitlens", "app", "--no-browser", "--host", "0.0.0.0", "--port", "8484", "--public-url", "http://localhost:8080/"]
