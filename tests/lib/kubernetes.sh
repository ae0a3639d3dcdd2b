# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # $top, $lib and the tap's variables are set by dev
# ./dev test k8s: a Kubernetes node in a box. Debian has no package of its servers and of kubelet, but their source:
# kubernetes_need builds build/kubernetes/bin from it, once.

# shellcheck source=tests/lib/private_apt.sh
. "$lib/private_apt.sh"

readonly kubernetes_suite=bookworm
readonly kubernetes_version=1.20.2
readonly kubernetes_programs='kube-apiserver kube-controller-manager kube-scheduler kubelet'
# No clouds and no docker: neither is in the box.
readonly kubernetes_tags=providerless,dockerless
readonly kubernetes_packages=1775	# about as many as go compiles for them

kubernetes_directory=$top/build/kubernetes
kubernetes_go=$kubernetes_directory/go
kubernetes_source=$kubernetes_go/src/k8s.io/kubernetes

kubernetes_say()
{
	printf 'dev: kubernetes: %s\n' "$*" >&2
}

# kubernetes_step TEXT COMMAND...: runs it, and says how long it took.
kubernetes_step()
{
	local text=$1 begin=$SECONDS

	shift
	"$@" || { kubernetes_say "$text: failed"; return 1; }
	kubernetes_say "$text: $((SECONDS - begin)) s"
}

# What is built, and how.
kubernetes_inputs()
{
	echo "$kubernetes_suite $kubernetes_version $(dpkg --print-architecture) $kubernetes_programs $kubernetes_tags"
}

# The source is older than modules; all that it needs is in its vendor directory.
kubernetes_go()	# ARGUMENT...
{
	(cd "$kubernetes_source" && GOPATH=$kubernetes_go GOCACHE=$kubernetes_directory/cache GO111MODULE=off \
		CGO_ENABLED=0 GOBIN=$kubernetes_directory/bin.new go "$@")
}

# What kubectl and the servers are asked for by others: no release built them, so they are told which they are.
kubernetes_linker_flags()
{
	local flags='-s -w' package=k8s.io/kubernetes/vendor/k8s.io/component-base/version value

	for value in gitMajor=1 gitMinor=20 "gitVersion=v$kubernetes_version"; do
		flags+=" -X $package.$value"
	done
	echo "$flags"
}

# Says every 20 seconds how far it is.
kubernetes_progress()	# <PACKAGES
{
	local package count=0 next=$((SECONDS + 20))

	while IFS= read -r package; do
		count=$((count + 1))
		printf '%s\n' "$package" >&3
		[ "$SECONDS" -ge $next ] || continue
		next=$((SECONDS + 20))
		kubernetes_say "compiling: $count of about $kubernetes_packages packages"
	done
}

kubernetes_install()	# PACKAGE...
{
	local log=$kubernetes_directory/go.log

	kubernetes_go install -v -tags "$kubernetes_tags" -ldflags "$(kubernetes_linker_flags)" "$@" 2>&1 |
		kubernetes_progress 3>"$log"
	[ "${PIPESTATUS[0]}" -eq 0 ] && return 0
	tail -n 20 "$log" >&2
	return 1
}

# The packages whose types the server's description of its interface has.
kubernetes_described()
{
	# Those of the staging directory are found by the names under which vendor/ links to them.
	(cd "$kubernetes_source" && grep -l -R --include='*.go' '^// *+k8s:openapi-gen=' pkg cmd plugin vendor/k8s.io) |
		grep -v -e '^vendor/k8s.io/code-generator/' -e '^vendor/k8s.io/sample-apiserver/' |
		xargs -n 1 dirname | LC_ALL=C sort -u | sed 's,^,k8s.io/kubernetes/,' | paste -s -d ,
}

# The one generated file that the source comes without.
kubernetes_generate()
{
	local output=k8s.io/kubernetes/pkg/generated/openapi

	kubernetes_install ./vendor/k8s.io/kube-openapi/cmd/openapi-gen || return 1
	(cd "$kubernetes_source" && GOPATH=$kubernetes_go GO111MODULE=off GOCACHE=$kubernetes_directory/cache \
		CGO_ENABLED=0 "$kubernetes_directory/bin.new/openapi-gen" --input-dirs "$(kubernetes_described)" \
		--output-package "$output" --output-base "$kubernetes_go/src" --output-file-base zz_generated.openapi \
		--go-header-file vendor/k8s.io/code-generator/hack/boilerplate.go.txt \
		--report-filename "$kubernetes_directory/violations") >"$kubernetes_directory/openapi.log" 2>&1 &&
		rm "$kubernetes_directory/bin.new/openapi-gen" && return 0
	tail -n 20 "$kubernetes_directory/openapi.log" >&2
	return 1
}

kubernetes_compile()
{
	local program packages=()

	for program in $kubernetes_programs; do
		packages+=("./cmd/$program")
	done
	kubernetes_install "${packages[@]}"
}

# kubectl and etcd, out of their packages and not installed: neither does another kubectl of the machine stand in the
# way, nor does a daemon start.
kubernetes_fetch()	# CONFIGURATION
{
	local root=$kubernetes_directory/root

	private_apt_unpack "$1" "$root" 'kubernetes-client etcd-server' &&
		mkdir -p "$kubernetes_directory/bin.new" &&
		mv "$root/usr/bin/kubectl" "$root/usr/bin/etcd" "$kubernetes_directory/bin.new" &&
		rm -rf "$root"
}

kubernetes_unpack()	# CONFIGURATION
{
	private_apt_source "$1" kubernetes "$kubernetes_source" || return 1
	grep -q -F "really$kubernetes_version-" "$kubernetes_source/debian/changelog" || {
		kubernetes_say "the source is not that of $kubernetes_version:"
		head -n 1 "$kubernetes_source/debian/changelog" >&2
		return 1
	}
}

# A source of its size, and what go keeps, are 3 GB: what is done goes.
kubernetes_clean()
{
	chmod -R u+w "$kubernetes_go" "$kubernetes_directory/cache" 2>/dev/null || true
	rm -rf "$kubernetes_go" "$kubernetes_directory/cache"
}

kubernetes_build()
{
	local begin=$SECONDS apt

	[ "$(cat "$kubernetes_directory/stamp" 2>/dev/null)" != "$(kubernetes_inputs)" ] || return 0
	need k8s-build || return 1
	rm -rf "${kubernetes_directory:?}"/{stamp,bin,bin.new}
	kubernetes_say 'building it from its source, once; ten minutes on two idle cores'
	apt=$(private_apt_configure "$(dpkg --print-architecture)" "$kubernetes_suite") &&
		private_apt_add_sources "$apt" &&
		kubernetes_step "apt's lists" private_apt_update "$apt" &&
		kubernetes_step 'kubectl and etcd out of their packages' kubernetes_fetch "$apt" &&
		kubernetes_step "source package kubernetes, $kubernetes_version, unpacked" kubernetes_unpack "$apt" &&
		kubernetes_step 'definitions of its interface generated' kubernetes_generate &&
		kubernetes_step "$kubernetes_programs compiled" kubernetes_compile || return 1
	mv "$kubernetes_directory/bin.new" "$kubernetes_directory/bin"
	kubernetes_inputs >"$kubernetes_directory/stamp"
	kubernetes_step 'cleaned up' kubernetes_clean
	kubernetes_say "all that: $((SECONDS - begin)) s"
}

# kubernetes_need: silent unless there is something to build. Two at once would write the same files.
kubernetes_need()
{
	mkdir -p "$kubernetes_directory"
	(flock 9 && kubernetes_build) 9>"$kubernetes_directory/lock"
}

# The node and all of its pods are in one box, by one file.
suite_k8s()
{
	if [ "$(id -u)" != 0 ]; then
		tap_skip k8s kubernetes 'a Kubernetes node needs root; use sudo'
		return
	fi
	tap_built k8s plain test-programs || return 0
	{ engines_need k8s && kubernetes_need; } || {
		echo 'fail Kubernetes can not be built or installed' >>"$tap_directory/k8s.results"
		return 0
	}
	ELSEWHEN=$top/build/plain/elsewhen TOOLS=$top/build/plain/tests/tools KUBERNETES=$kubernetes_directory/bin \
		tap_program k8s kubernetes 900 "$top/tests/engines/box.sh" \
		bats --tap --print-output-on-failure "$top/tests/engines/kubernetes.bats"
	# How long it took.
	grep '^# the pods' "$tap_directory/k8s.kubernetes.tap" || true
}
