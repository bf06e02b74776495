using System.Text.Json.Nodes;
using Silo.Tests.Support;

namespace Cluster.Tests.Processes;

public sealed class TraceTests(PostgresServer database, AzuriteServer azure) : IDisposable
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Caller = "b7ad6b7169203331";
    private const string Gateway = "orleans-scheduler-gateway";
    private const string Silo = "orleans-scheduler-silo";

    private readonly Stores _stores = new(database, azure);

    public static TheoryData<string> All => Stores.All;

    public void Dispose() => _stores.Dispose();

    [Theory]
    [MemberData(nameof(All))]
    public async Task One_trace_goes_from_the_caller_through_the_gateway_to_the_silos_grain_and_its_store_and_log_lines_name_it(string store)
    {
        await using var collector = await Collector.Start();
        string[] telemetry = [$"--Telemetry:Otlp:Endpoint={collector.Address}", "--Telemetry:Otlp:Protocol=Http", "--Telemetry:Otlp:TracesPerThousand=0"];
        await using var cluster = await ProcessCluster.Start(silos: 1, [.. await _stores.New(store), .. telemetry]);

        var level = new JsonObject { ["nominal"] = new JsonObject { ["gpu"] = 8000 } };
        Assert.NotNull(await cluster.Send(HttpMethod.Put, "quotas/default/traced", level, ("If-None-Match", "*"), ("traceparent", $"00-{Trace}-{Caller}-01")));

        // From the write back to who asked for it, span by span.
        List<TracedSpan> path = [];
        await SchedulerCluster.Until(
            () =>
            {
                var spans = collector.Spans.Where(s => s.Trace == Trace).ToList();
                path = spans.Where(s => s.Name == "store.write").Select(write => PathTo(write, spans)).FirstOrDefault(p => p[0].Parent == Caller) ?? [];
                return Task.FromResult(path.Count > 0);
            },
            () => $"the trace is whole; it has {string.Join(", ", collector.Spans.Where(s => s.Trace == Trace))}");
        Assert.Equal([Gateway, Gateway, Silo, Silo], path.Select(s => s.Service).TakeLast(4));
        Assert.All(path.SkipLast(2), s => Assert.Equal(Gateway, s.Service));
        Assert.Contains("/api/v1/quotas/", path[0].Name, StringComparison.Ordinal);
        Assert.Contains("IQuotaGrain", path[^2].Name, StringComparison.Ordinal);

        // What the grain wrote into the log meanwhile, at the collector and on the silo's console.
        await SchedulerCluster.Until(
            () => Task.FromResult(collector.Lines.Any(l => l.Service == Silo && l.Trace == Trace && l.Text.Contains("default/traced", StringComparison.Ordinal))),
            () => $"a line of the silo names the trace; it has {string.Join(", ", collector.Lines.Where(l => l.Service == Silo))}");
        await SchedulerCluster.Until(
            () => Task.FromResult(cluster.Silos[0].Output.Split('\n').Any(l => l.Contains($"\"trace\":\"{Trace}\"", StringComparison.Ordinal))), () => $"the console too\n{cluster.Silos[0].Output}");

        // What processes do by themselves, and who asks for no trace, has none.
        Assert.All(collector.Spans, s => Assert.Equal(Trace, s.Trace));
    }

    /// <summary>From the outermost to this one.</summary>
    private static List<TracedSpan> PathTo(TracedSpan span, List<TracedSpan> all)
    {
        List<TracedSpan> path = [span];
        while (all.Find(s => s.Id == path[0].Parent) is { } outer)
        {
            path.Insert(0, outer);
        }

        return path;
    }
}
