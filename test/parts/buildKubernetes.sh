#!/bin/bash
# buildKubernetes.sh SCRATCH OUT: builds kube-apiserver, kube-controller-manager and kube-scheduler 1.20.2 into OUT, from Debian bookworm's
# source package and its Go. Nothing is installed and no root is needed; SCRATCH takes 2.5 GB. About four minutes on two idle cores.
set -euo pipefail
mkdir -p "$1" "$2"
scratch=$(cd "$1" && pwd)
out=$(cd "$2" && pwd)

# An apt of its own: lists, cache and status below scratch, and source packages switched on.
apt=$scratch/apt
mkdir -p "$apt"/{lists/partial,cache/archives/partial,etc/apt.conf.d,etc/preferences.d,etc/sources.list.d,state,debs}
mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -1)
mirror=${mirror:-$(awk '/^deb /{print ($2 ~ /^\[/) ? $3 : $2; exit}' /etc/apt/sources.list)}
key="[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]"
printf 'deb %s\ndeb-src %s\n' "$key $mirror bookworm main" "$key $mirror bookworm main" > "$apt/etc/sources.list"
: > "$apt/state/status"
own=(-qq -o Dir::Etc="$apt/etc" -o Dir::Etc::sourcelist="$apt/etc/sources.list" -o Dir::Etc::sourceparts="$apt/etc/sources.list.d"
  -o Dir::State::lists="$apt/lists" -o Dir::Cache="$apt/cache" -o Dir::State::status="$apt/state/status" -o APT::Sandbox::User=
  -o Debug::NoLocking=1 -o Acquire::Languages=none)
apt-get "${own[@]}" update
(cd "$apt/debs" && apt-get "${own[@]}" source --download-only kubernetes && apt-get "${own[@]}" download golang-1.19-go golang-1.19-src golang-github-modern-go-reflect2-dev)
for deb in "$apt"/debs/*.deb; do dpkg-deb -x "$deb" "$scratch/root"; done

source=$scratch/gopath/src/k8s.io/kubernetes
mkdir -p "$source"
tar xzf "$apt"/debs/kubernetes_*.orig.tar.gz -C "$source" --strip-components=1
export GOROOT=$scratch/root/usr/lib/go-1.19 GOPATH=$scratch/gopath GO111MODULE=off GOFLAGS= GOCACHE=$scratch/gocache GOPROXY=off CGO_ENABLED=0
export PATH=$GOROOT/bin:$PATH
cd "$source"

# The vendored reflect2 1.0.1 reads Go's map iterator as it was before 1.18, which crashes the server on the first custom resource.
rm -f vendor/github.com/modern-go/reflect2/*.{go,s}
cp "$scratch"/root/usr/share/gocode/src/github.com/modern-go/reflect2/*.{go,s} vendor/github.com/modern-go/reflect2/
rm -f vendor/github.com/modern-go/reflect2/*_test.go

# The one generated file that is not in the source.
go build -o "$scratch/openapi-gen" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen
packages=$({ find pkg -name '*.go'; (cd vendor; find -L k8s.io -name '*.go' | sed 's#^#vendor/#'); } \
  | grep -v -E '_test.go$|/testdata/|zz_generated|vendor/k8s.io/(code-generator|sample-|gengo|kube-openapi)' \
  | { xargs grep -l '+k8s:openapi-gen=' || true; } | xargs -n1 dirname | LC_ALL=C sort -u \
  | sed -e 's#^vendor/##' -e 's#^pkg/#k8s.io/kubernetes/pkg/#' | paste -sd,)
"$scratch/openapi-gen" -h vendor/k8s.io/code-generator/hack/boilerplate.go.txt -O zz_generated.openapi \
  -p k8s.io/kubernetes/pkg/generated/openapi -i "$packages" -r "$scratch/violations" -o "$GOPATH/src"

flags="-s -w"
for package in k8s.io/kubernetes/vendor/k8s.io/client-go/pkg/version k8s.io/kubernetes/vendor/k8s.io/component-base/version; do
  flags="$flags -X $package.gitVersion=v1.20.2 -X $package.gitMajor=1 -X $package.gitMinor=20 -X $package.buildDate=2021-01-13T00:00:00Z"
done
for command in kube-apiserver kube-controller-manager kube-scheduler; do go build -ldflags "$flags" -o "$out/$command" "./cmd/$command"; done
