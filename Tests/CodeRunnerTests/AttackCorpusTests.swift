import Foundation
import Testing

/// The attacks that a jail, its cells and the host of plugins are known to have to hold.
@Suite struct AttackCorpusTests {
  /// By programs (`p`), by programs that want to be paid (`h`) and by plugins (`g`).
  private static let names = """
    g_banner_first g_exit_at_start g_exit_midway g_flatters_injection g_forks_daemon
    g_log_on_stdout g_net g_nondeterministic g_ptrace_supervisor g_reads_home g_score_2
    g_score_bool g_score_inf g_score_missing g_score_nan g_score_string g_segv g_silent
    g_slow_drip g_state_leak g_writes_outside h_always_equal h_argv_nonce h_atexit_exit0
    h_conftest h_current_frames h_empty_answer h_env_nonce h_eval_injection h_excepthook_exit0
    h_exec_true h_float_subclass_sub_abs h_forge_records h_frame_walk h_gc_scan
    h_hardcode_visible h_int_subclass_eq h_network_oracle h_os_exit0_in_fn h_overwrite_run_tests
    h_patch_builtins h_patch_json h_patch_os_write h_path_trojan h_print_markers
    h_print_verdict_json h_proc_maps_files h_proc_self_mem_scan h_profile
    h_pytest_plugin_distinfo h_pytest_skip h_raise_systemexit h_read_source_nonce h_settrace_jump
    h_signal_exit0 h_sitecustomize_pth h_str_subclass h_sys_exit0 h_thread_exit0
    h_traceback_fishing h_tracemalloc p_bad_utf8 p_bignum_4301_digits p_catch_base_exception
    p_catch_sigxcpu p_closes_stdout_then_works p_compile_bomb_c p_compile_time_exec
    p_core_pattern p_daemon_double_fork p_disk_many_small p_disk_one_big p_empty p_fallocate
    p_fd_bomb p_fork_bomb p_fork_bomb_root p_inherited_fds p_int80 p_kill_all p_kill_parent_asm
    p_mem_children p_mem_list p_mem_memfd p_mem_shm_sysv p_mem_tmpfs p_missing_function
    p_nan_inf_json p_net_dns p_net_ipv6 p_net_raw p_net_tcp p_net_udp p_net_vsock p_not_callable
    p_nul_bytes p_output_crlf p_output_no_newline p_output_trailing_ws p_pidfd_getfd
    p_pivot_chroot_fchdir p_prio_parent p_prlimit_parent p_proc1_mem p_proc_sys_write
    p_ptrace_pid1 p_raises_expected_empty p_read_env_secret p_read_etc_shadow p_read_home
    p_read_proc1_cmdline p_read_ssh p_read_tests_walk p_recursion p_remount_rw p_segfault p_sleep
    p_spin p_spin_children p_spin_threads p_stderr_flood p_stdout_flood p_surrogates
    p_symlink_race p_symlink_result p_syntax_error p_sysrq p_thread_bomb p_userns_again
    p_write_outside p_write_shm_vartmp p_write_usr p_wrong_arity p_x32 p_zip_bomb_regex
    p_zygote_poison
    """

  @Test func `each attack of the corpus has a test of its name`() throws {
    let tests = RunnerBench.root.appending(path: "Tests")
    let files = try #require(
      FileManager.default.enumerator(at: tests, includingPropertiesForKeys: nil))
    var text = ""
    for case let file as URL in files
    where file.pathExtension == "swift" && file.path != #filePath {
      text += try String(contentsOf: file, encoding: .utf8)
    }
    let words = Set(text.split { !($0.isLetter || $0.isNumber || $0 == "_") })
    let names = Self.names.split(whereSeparator: \.isWhitespace)
    #expect(names.count > 130)
    #expect(names.filter { !words.contains($0) } == [])
  }
}
