using Benchmarks.Brain;
using Benchmarks.Cluster;
using Benchmarks.Decisions;
using Benchmarks.DemandStudy;
using Benchmarks.EndToEnd;
using Benchmarks.Kubernetes;
using Benchmarks.OpenB;
using Benchmarks.Placement;
using Benchmarks.Preemption;
using Benchmarks.Quotas;
using Benchmarks.Replay;
using Benchmarks.Storage;
using Benchmarks.Traces;
using Benchmarks.WhatIf;

// One benchmark per run: dotnet run -c Release --project tests/Benchmarks -- <name> [options]
return args switch
{
    ["brain", .. var rest] => BrainBenchmark.Run(Console.Out, rest),
    ["placement", .. var rest] => PlacementBenchmark.Run(Console.Out, rest),
    ["decisions", .. var rest] => DecisionsBenchmark.Run(Console.Out, rest),
    ["preemption", .. var rest] => PreemptionBenchmark.Run(Console.Out, rest),
    ["quota", .. var rest] => QuotaBenchmark.Run(Console.Out, rest),
    ["traces", .. var rest] => TracesBenchmark.Run(Console.Out, rest),
    ["replay", .. var rest] => ReplayBenchmark.Run(Console.Out, rest),
    ["storage", .. var rest] => await StorageBenchmark.Run(Console.Out, rest),
    ["end-to-end", .. var rest] => await EndToEndBenchmark.Run(Console.Out, rest),
    ["cluster", .. var rest] => await ClusterBenchmark.Run(Console.Out, rest),
    ["openb", .. var rest] => OpenbBenchmark.Run(Console.Out, rest),
    ["kubernetes", .. var rest] => await KubernetesBenchmark.Run(Console.Out, rest),
    ["kubernetes-bare", .. var rest] => await BareBinder.Run(rest),
    ["demand", .. var rest] => DemandBenchmark.Run(Console.Out, rest),
    ["what-if", .. var rest] => WhatIfBenchmark.Run(
        Console.Out, rest.Where(r => r != "--whole").FirstOrDefault(), rest.Where(r => r != "--whole").Skip(1).FirstOrDefault(), rest.Contains("--whole")),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: benchmarks brain [quick] [details]   (all that issue 3 holds it against, one table)");
    Console.Error.WriteLine("       benchmarks placement [quick] [gang|mixed|single|questions|rules]");
    Console.Error.WriteLine("       benchmarks decisions [quick]");
    Console.Error.WriteLine("       benchmarks preemption [quick]");
    Console.Error.WriteLine("       benchmarks quota [twin [seeds of 50,000 operations]]");
    Console.Error.WriteLine("       benchmarks traces [part of a scenario's name]");
    Console.Error.WriteLine("       benchmarks replay [quick]   (recorded days are decided again)");
    Console.Error.WriteLine("       benchmarks storage [seconds for each row] [folder to write in]");
    Console.Error.WriteLine("       benchmarks end-to-end [quick] [gangs|scale]   (build src/Gateway in Release first)");
    Console.Error.WriteLine("       benchmarks cluster [throughput [silos …]|cold|gang|scale]   (build src/Gateway in Release with Feed=full first)");
    Console.Error.WriteLine("       benchmarks openb [given|shuffled|scale] [data=FOLDER]");
    Console.Error.WriteLine("       benchmarks kubernetes [quick] [bare|product] [1000|5000] [drain|gangs|big|leisure] [--Section:Key=VALUE for the gateway]   (build src/Gateway in Release first)");
    Console.Error.WriteLine("       benchmarks demand [quick] [draw] [part of a trace's name]   (draw: writes docs/demand.svg)");
    Console.Error.WriteLine("       benchmarks what-if [part of a pool's name [part of a question]] [--whole]");
    return 2;
}
