package dev.diecast.standalone.cli.bench;

import picocli.CommandLine.Command;

/** Benchmarks; each is a sub-command with parameters of its own. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "NAME",
    description = "Measures how well this machine does something.",
    subcommands = {
      ClockBench.class,
      CpuBench.class,
      DaemonBench.class,
      DiskBench.class,
      DistillBench.class,
      NetworkBench.class,
      PipesBench.class
    },
    footer = {"", "-o json prints one object: bench, and results[] with each result's parameters."})
public final class BenchCommand {}
