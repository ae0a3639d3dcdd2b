#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The matrix: every mix of a time namespace with PID and user namespaces, started in every way. Each
# cell checks, for init and for an exec'd process, that exactly the namespaces asked for are not the
# host's, that no clock is out of order between system call and vDSO (the sandwich), and that each
# is at exactly its offset from the host's. How: matrix.bash.

load common
load matrix

# A cell takes half a second; one that hangs is a failure of its own.
setup_file()
{
	export BATS_TEST_TIMEOUT=${BATS_TEST_TIMEOUT:-30}
}

setup()
{
	matrix_setup
}

@test "time new with offsets, pid new, no user namespace: run" { cell offsets new host run; }
@test "time new with offsets, pid new, no user namespace: create and start" { cell offsets new host create; }
@test "time new with offsets, pid new, no user namespace: run and exec" { cell offsets new host exec; }
@test "time new with offsets, pid new, user namespace: run" { cell offsets new new run; }
@test "time new with offsets, pid new, user namespace: create and start" { cell offsets new new create; }
@test "time new with offsets, pid new, user namespace: run and exec" { cell offsets new new exec; }

@test "time new with offsets, pid by path, no user namespace: run" { cell offsets path host run; }
@test "time new with offsets, pid by path, no user namespace: create and start" { cell offsets path host create; }
@test "time new with offsets, pid by path, no user namespace: run and exec" { cell offsets path host exec; }
@test "time new with offsets, pid by path, user namespace: run" { cell offsets path new run; }
@test "time new with offsets, pid by path, user namespace: create and start" { cell offsets path new create; }
@test "time new with offsets, pid by path, user namespace: run and exec" { cell offsets path new exec; }

@test "time new with offsets, pid of the host, no user namespace: run" { cell offsets host host run; }
@test "time new with offsets, pid of the host, no user namespace: create and start" { cell offsets host host create; }
@test "time new with offsets, pid of the host, no user namespace: run and exec" { cell offsets host host exec; }
@test "time new with offsets, pid of the host, user namespace: run" { cell offsets host new run; }
@test "time new with offsets, pid of the host, user namespace: create and start" { cell offsets host new create; }
@test "time new with offsets, pid of the host, user namespace: run and exec" { cell offsets host new exec; }

@test "time by path, pid new, no user namespace: run" { cell path new host run; }
@test "time by path, pid new, no user namespace: create and start" { cell path new host create; }
@test "time by path, pid new, no user namespace: run and exec" { cell path new host exec; }
@test "time by path, pid new, user namespace: run" { cell path new new run; }
@test "time by path, pid new, user namespace: create and start" { cell path new new create; }
@test "time by path, pid new, user namespace: run and exec" { cell path new new exec; }

@test "time by path, pid by path, no user namespace: run" { cell path path host run; }
@test "time by path, pid by path, no user namespace: create and start" { cell path path host create; }
@test "time by path, pid by path, no user namespace: run and exec" { cell path path host exec; }
@test "time by path, pid by path, user namespace: run" { cell path path new run; }
@test "time by path, pid by path, user namespace: create and start" { cell path path new create; }
@test "time by path, pid by path, user namespace: run and exec" { cell path path new exec; }

@test "time by path, pid of the host, no user namespace: run" { cell path host host run; }
@test "time by path, pid of the host, no user namespace: create and start" { cell path host host create; }
@test "time by path, pid of the host, no user namespace: run and exec" { cell path host host exec; }
@test "time by path, pid of the host, user namespace: run" { cell path host new run; }
@test "time by path, pid of the host, user namespace: create and start" { cell path host new create; }
@test "time by path, pid of the host, user namespace: run and exec" { cell path host new exec; }

@test "time new with zero offsets, pid new, no user namespace: run" { cell zero new host run; }
@test "time new with zero offsets, pid new, no user namespace: create and start" { cell zero new host create; }
@test "time new with zero offsets, pid new, no user namespace: run and exec" { cell zero new host exec; }
@test "time new with zero offsets, pid new, user namespace: run" { cell zero new new run; }
@test "time new with zero offsets, pid new, user namespace: create and start" { cell zero new new create; }
@test "time new with zero offsets, pid new, user namespace: run and exec" { cell zero new new exec; }

@test "time new with zero offsets, pid by path, no user namespace: run" { cell zero path host run; }
@test "time new with zero offsets, pid by path, no user namespace: create and start" { cell zero path host create; }
@test "time new with zero offsets, pid by path, no user namespace: run and exec" { cell zero path host exec; }
@test "time new with zero offsets, pid by path, user namespace: run" { cell zero path new run; }
@test "time new with zero offsets, pid by path, user namespace: create and start" { cell zero path new create; }
@test "time new with zero offsets, pid by path, user namespace: run and exec" { cell zero path new exec; }

@test "time new with zero offsets, pid of the host, no user namespace: run" { cell zero host host run; }
@test "time new with zero offsets, pid of the host, no user namespace: create and start" { cell zero host host create; }
@test "time new with zero offsets, pid of the host, no user namespace: run and exec" { cell zero host host exec; }
@test "time new with zero offsets, pid of the host, user namespace: run" { cell zero host new run; }
@test "time new with zero offsets, pid of the host, user namespace: create and start" { cell zero host new create; }
@test "time new with zero offsets, pid of the host, user namespace: run and exec" { cell zero host new exec; }

@test "rootless, time new with offsets, pid new: run" { rootless_cell offsets new run; }
@test "rootless, time new with offsets, pid new: create and start" { rootless_cell offsets new create; }
@test "rootless, time new with offsets, pid new: run and exec" { rootless_cell offsets new exec; }
@test "rootless, time new with offsets, pid of the host: run" { rootless_cell offsets host run; }
@test "rootless, time new with offsets, pid of the host: create and start" { rootless_cell offsets host create; }
@test "rootless, time new with offsets, pid of the host: run and exec" { rootless_cell offsets host exec; }

@test "rootless, time new with zero offsets, pid new: run" { rootless_cell zero new run; }
@test "rootless, time new with zero offsets, pid new: create and start" { rootless_cell zero new create; }
@test "rootless, time new with zero offsets, pid new: run and exec" { rootless_cell zero new exec; }
@test "rootless, time new with zero offsets, pid of the host: run" { rootless_cell zero host run; }
@test "rootless, time new with zero offsets, pid of the host: create and start" { rootless_cell zero host create; }
@test "rootless, time new with zero offsets, pid of the host: run and exec" { rootless_cell zero host exec; }

@test "rootless, user and time by path, pid new: run" { rootless_path_cell run; }
@test "rootless, user and time by path, pid new: create and start" { rootless_path_cell create; }
@test "rootless, user and time by path, pid new: run and exec" { rootless_path_cell exec; }
