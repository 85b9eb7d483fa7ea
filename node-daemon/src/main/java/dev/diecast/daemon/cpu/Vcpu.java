package dev.diecast.daemon.cpu;

import java.nio.file.Path;
import java.util.Set;

/**
 * One capped vCPU.
 *
 * @param number as QEMU counts, from its thread's name
 * @param threads that run it: one
 * @param cgroup in which they are, and nothing else
 */
public record Vcpu(int number, Set<Integer> threads, Path cgroup) {}
