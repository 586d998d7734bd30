import Glibc

/// Lets another thread have this core.
func yieldCore() { sched_yield() }
