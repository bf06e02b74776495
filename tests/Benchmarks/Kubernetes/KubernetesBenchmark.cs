using System.Globalization;
using Benchmarks.EndToEnd;
using KubeKit;

namespace Benchmarks.Kubernetes;

/// <summary>
/// Pods bound through one real API server with etcd on disk, all on this machine: the gateway beside a binder that decides nothing. Both are
/// processes of their own under the same account.
/// </summary>
internal static class KubernetesBenchmark
{
    private const int BareAtOnce = 32;
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    public static async Task<int> Run(TextWriter output, string[] options)
    {
        var quick = options.Contains("quick");
        var only = options.FirstOrDefault(o => o is "bare" or "product");
        var settings = options.Where(o => o.StartsWith("--", StringComparison.Ordinal)).ToArray();
        string[] contenders = only is null ? ["bare", "product"] : [only];
        var part = options.FirstOrDefault(o => o is "drain" or "waves" or "gangs" or "big" or "leisure");
        (int Nodes, int Pods)[] sizes = quick ? [(1000, 2000)] : options.Contains("1000") ? [(1000, 8000)] : options.Contains("5000") ? [(5000, 10_000)] : [(1000, 8000), (5000, 10_000)];
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"kubernetes {string.Join(' ', options)}: {DateTimeOffset.UtcNow:yyyy-MM-dd HH:mm} UTC, {Environment.ProcessorCount} cores, .NET {Environment.Version}, kube-apiserver 1.{KubeBinaries.Minor}"));
        output.WriteLine("| nodes | what | who | pods/s | all bound after s | p50 ms | p99 ms | own CPU ms/pod | API server CPU ms/pod | etcd CPU ms/pod | own MiB |");
        output.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var (nodes, pods) in sizes)
        {
            await using var cluster = await BenchCluster.Start(nodes);
            foreach (var scenario in Scenario.All(pods, nodes).Where(s => part is null || s.Part == part))
            {
                foreach (var who in contenders)
                {
                    await One(output, cluster, scenario, who, settings);
                }
            }
        }

        return 0;
    }

    private static async Task One(TextWriter output, BenchCluster cluster, Scenario scenario, string who, string[] settings)
    {
        Observer? watching = null;
        if (scenario.MadeBefore)
        {
            await cluster.CreateGroups(scenario.Pods, CancellationToken.None);
            await cluster.Create(scenario.Pods, 0, static _ => { }, CancellationToken.None);
            watching = await Observer.Start(cluster, scenario.Pods.Count);
        }

        var start = TimeProvider.System.GetTimestamp();
        await using var contender = who == "bare" ? await Contender.Bare(cluster, BareAtOnce) : await Contender.Product(cluster, settings.Concat(ProductSettings.For(cluster)));
        if (watching is null)
        {
            await Warm(cluster, who);
        }

        for (var wave = 1; wave <= scenario.Waves; wave++)
        {
            var name = scenario.Waves > 1 ? $"{scenario.Name}, the {wave}." : scenario.Name;
            await Wave(output, cluster, scenario with { Name = name }, who, contender, watching, start);
            if (wave < scenario.Waves)
            {
                await cluster.Clear();
                await AtRest(contender);
            }
        }

        await contender.DisposeAsync();
        await cluster.Clear();
    }

    private static async Task Wave(TextWriter output, BenchCluster cluster, Scenario scenario, string who, Contender contender, Observer? watching, long start)
    {
        var server = cluster.Server;
        await using var observer = watching ?? await Observer.Start(cluster, scenario.Pods.Count);
        var (own, api, etcd) = (contender.Cpu, server.ApiServerCpu, server.EtcdCpu);
        if (!scenario.MadeBefore)
        {
            await cluster.CreateGroups(scenario.Pods, CancellationToken.None);
            start = TimeProvider.System.GetTimestamp();
            await cluster.Create(scenario.Pods, scenario.PerSecond, observer.Made, CancellationToken.None);
        }

        await observer.All(Deadline, () => contender.Tail);
        var count = scenario.Pods.Count;
        var waits = observer.Waits;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {cluster.Nodes:N0} | {scenario.Name} | {who} | {observer.Rate:0} | {observer.Since(start).TotalSeconds:0.00} | {At(waits, 0.5)} | {At(waits, 0.99)} | {Per(contender.Cpu - own)} | {Per(server.ApiServerCpu - api)} | {Per(server.EtcdCpu - etcd)} | {contender.MemoryMiB} |"));
        await output.FlushAsync();

        string Per(TimeSpan time) => (time.TotalMilliseconds / count).ToString("0.00", CultureInfo.InvariantCulture);
    }

    /// <summary>It has nothing left to do with the pods that went, and has settled down.</summary>
    private static async Task AtRest(Contender contender)
    {
        for (var quiet = 0; quiet < Load.Settling.TotalSeconds;)
        {
            var before = contender.Cpu;
            await Task.Delay(TimeSpan.FromSeconds(1));
            quiet = contender.Cpu - before < TimeSpan.FromMilliseconds(100) ? quiet + 1 : 0;
        }
    }

    /// <summary>One pod goes through first, so that the contender knows the nodes and has its watch.</summary>
    private static async Task Warm(BenchCluster cluster, string who)
    {
        await using var observer = await Observer.Start(cluster, 1);
        await cluster.Create([new PodPlan("warm-" + who, 1)], 0, static _ => { }, CancellationToken.None);
        await observer.All(Deadline, static () => "");
    }

    private static string At(double[] sorted, double share) => sorted.Length == 0 ? "" : sorted[(int)(share * (sorted.Length - 1))].ToString("0.0", CultureInfo.InvariantCulture);
}
