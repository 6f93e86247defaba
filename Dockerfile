# A container that grades classes: the autograder for an ordinary user, with bubblewrap inside.
# It holds no solutions: the course folder is mounted at /course. docs/department.md, "Containers",
# has the options that it must be started with.
ARG BASE=debian:bookworm-slim
FROM ${BASE}

# A folder or page with wheels, for instance PyTorch's small one without CUDA.
ARG PIP_FIND_LINKS=

RUN apt-get update \
    && apt-get install --yes --no-install-recommends bubblewrap python3 python3-venv \
    && rm -rf /var/lib/apt/lists/* \
    && python3 -m venv /opt/rl-course \
    && useradd --create-home --uid 1000 grader

ENV PATH=/opt/rl-course/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.txt /opt/source/
RUN pip install --quiet --requirement /opt/source/requirements.txt
COPY . /opt/source/
RUN pip install --quiet --no-deps --no-build-isolation /opt/source && rm -r /opt/source

USER grader
WORKDIR /course
ENTRYPOINT ["autograder"]
CMD ["doctor"]
