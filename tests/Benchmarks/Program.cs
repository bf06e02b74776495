using Benchmarks.Placement;

// One benchmark per run: dotnet run -c Release --project tests/Benchmarks -- <name> [options]
return args switch
{
    ["placement", .. var rest] => PlacementBenchmark.Run(Console.Out, rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: benchmarks placement [quick] [gang|mixed|single]");
    return 2;
}
