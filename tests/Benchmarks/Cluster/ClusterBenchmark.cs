using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Benchmarks.EndToEnd;
using Benchmarks.Traces;

namespace Benchmarks.Cluster;

/// <summary>Several silos of real Orleans over PostgreSQL, which commits with an fsync. Everything shares this machine, the callers too.</summary>
internal static class ClusterBenchmark
{
    public static async Task<int> Run(TextWriter output, string[] options)
    {
        var root = TraceFiles.Root();
        output.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, load {File.ReadAllText("/proc/loadavg").Split(' ')[0]}; `benchmarks cluster {string.Join(' ', options)}`");
        output.WriteLine();
        var only = options.Length == 0 ? "throughput" : options[0];
        switch (only)
        {
            case "throughput":
                output.WriteLine("| silos | gang | jobs | jobs/s accepted | jobs/s placed | CPU µs a job: silos | gateways | database |");
                output.WriteLine("|---|---|---|---|---|---|---|---|");
                foreach (var silos in options.Skip(1).Select(o => int.Parse(o, CultureInfo.InvariantCulture)).DefaultIfEmpty(1))
                {
                    await Throughput(output, root, silos);
                }

                break;
            case "cold":
                await ColdStart(output, root, jobs: 10_000);
                break;
            case "gang":
                await Gang(output, root);
                break;
            case "scale":
                await Scale(output, root);
                break;
            default:
                throw new ArgumentException($"'{only}' is none of throughput, cold, gang, scale");
        }

        return 0;
    }

    private static async Task Throughput(TextWriter output, string root, int silos)
    {
        // Compiling is over before anything is counted: in servers that have just started it takes a third of the CPU. So there is room for many gangs.
        await using var cluster = await ClusterUnderTest.Start(root, silos, gateways: 1, "synthetic:40000x8");
        var pool = await PoolOf(cluster, 40_000);
        var placed = await Warm(cluster, pool, "new", 0);
        await Task.Delay(Load.Settling);
        placed = await Warm(cluster, pool, "warm", placed);
        placed = await Placed(cluster, pool, "single", 6000, workers: 1, gpus: 1, placed, output, silos);
        await Placed(cluster, pool, "gang", 2500, workers: 8, gpus: 8, placed, output, silos);
    }

    private static async Task<int> Warm(ClusterUnderTest cluster, string pool, string run, int placed)
    {
        placed = await Placed(cluster, pool, run, 5000, workers: 1, gpus: 1, placed, null);
        return await Placed(cluster, pool, $"{run}-gang", 1000, workers: 8, gpus: 8, placed, null);
    }

    private static async Task<int> Placed(ClusterUnderTest cluster, string pool, string run, int jobs, int workers, int gpus, int already, TextWriter? output, int silos = 0)
    {
        var body = Load.Job(run, workers, gpus, gpuMilli: 1000);
        var (silo, gateway, database) = (cluster.Cpu("silo"), cluster.Cpu("gateway"), cluster.Cpu("postgres"));
        var clock = Stopwatch.StartNew();
        var accepted = await Load.Closed(cluster, jobs, 128, body, run);
        await Load.WaitPlaced(cluster, pool, already + jobs);
        var took = clock.Elapsed;
        if (output is not null)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {silos} | {workers} × {gpus} GPU | {jobs:N0} | {jobs / accepted.TotalSeconds:N0} | {jobs / took.TotalSeconds:N0} | {(cluster.Cpu("silo") - silo).TotalMicroseconds / jobs:N0} | {(cluster.Cpu("gateway") - gateway).TotalMicroseconds / jobs:N0} | {(cluster.Cpu("postgres") - database).TotalMicroseconds / jobs:N0} |"));
        }

        return already + jobs;
    }

    /// <summary>Everything is killed, and comes up again on what is in the database.</summary>
    private static async Task ColdStart(TextWriter output, string root, int jobs)
    {
        await using var cluster = await ClusterUnderTest.Start(root, silos: 2, gateways: 1, "synthetic:2000x8");
        var pool = await PoolOf(cluster, 2000);
        await Placed(cluster, pool, "run", jobs, workers: 1, gpus: 1, already: 0, null);
        await UntilAll(cluster, "Running", jobs);
        await cluster.KillAll();
        var clock = Stopwatch.StartNew();
        await cluster.Run();
        var up = clock.Elapsed;
        Load.Job("first", workers: 1, gpus: 1, gpuMilli: 1000);
        await Load.Closed(cluster, 1, 1, Load.Body("first"), "first");
        await Load.WaitPlaced(cluster, pool, jobs + 1);
        var first = clock.Elapsed;
        var disturbed = (await All(cluster)).Count(j => j.GetProperty("attempt").GetInt32() != 1 || j.GetProperty("ended").GetBoolean());
        output.WriteLine("| cold start: database, 2 silos and a gateway, 2,000 nodes | figure |");
        output.WriteLine("|---|---|");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| running jobs | {jobs:N0} |"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| all processes ready | {up.TotalSeconds:0.0} s |"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| first placement | {first.TotalSeconds:0.0} s |"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| running jobs that were disturbed | {disturbed} |"));
    }

    private static async Task Gang(TextWriter output, string root)
    {
        await using var cluster = await ClusterUnderTest.Start(root, silos: 2, gateways: 1, "synthetic:2048x8");
        var pool = await PoolOf(cluster, 2048);
        var body = Load.Job("gang", workers: 1024, gpus: 8, gpuMilli: 1000);
        List<double> took = [];
        var clock = Stopwatch.StartNew();
        for (var i = 0; took.Count < 100; i++)
        {
            await Load.Closed(cluster, 1, 1, body, $"gang-{i}-");
            await Load.WaitPlaced(cluster, pool, 1);
            var job = (await cluster.Get("jobs?maxpagesize=1")).GetProperty("value")[0].GetProperty("id").GetString()!;
            var view = await cluster.Get($"jobs/{job}");
            if (clock.Elapsed > 2 * Load.Settling)
            {
                took.Add((view.GetProperty("placedAt").GetDateTimeOffset() - view.GetProperty("submittedAt").GetDateTimeOffset()).TotalMilliseconds);
            }

            using (var answer = await cluster.Http.PostAsync($"jobs/{job}:cancel", null))
                answer.EnsureSuccessStatusCode();
            await Until(async () => (await cluster.Get($"pools/{pool}")).GetProperty("gpuMilliAllocated").GetInt64() == 0);
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| a gang of 1,024 nodes, submitted → durably placed, {took.Count} times | p50 {Load.Percentile(took, 0.5):0.0} ms, p99 {Load.Percentile(took, 0.99):0.0} ms |"));
    }

    private static async Task Scale(TextWriter output, string root)
    {
        var clock = Stopwatch.StartNew();
        await using var cluster = await ClusterUnderTest.Start(root, silos: 2, gateways: 1, "synthetic:100000x8");
        var pool = await PoolOf(cluster, 100_000);
        output.WriteLine("| 100,000 nodes, 2 silos and a gateway | figure |");
        output.WriteLine("|---|---|");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| registered after | {clock.Elapsed.TotalSeconds:0.0} s |"));
        Memory("with 100,000 nodes");

        // They wait: nobody has so many GPUs.
        var body = Load.Job("wait", workers: 2000, gpus: 8, gpuMilli: 1000);
        var fill = Load.Job("fill", workers: 50_000, gpus: 8, gpuMilli: 1000);
        await Load.Closed(cluster, 2, 1, fill, "fill");
        await Load.WaitPlaced(cluster, pool, 2);
        var accepted = await Load.Closed(cluster, 100_000, 128, body, "wait");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| 100,000 pending jobs: accepted per second | {100_000 / accepted.TotalSeconds:N0} |"));
        Memory("with 100,000 pending jobs as well");
        await cluster.KillAll();
        clock.Restart();
        await cluster.Run();
        await Until(async () => (await cluster.Get($"pools/{pool}")).GetProperty("pendingJobs").GetInt32() >= 100_000);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| kill -9 of everything: up and all known after | {clock.Elapsed.TotalSeconds:0.0} s |"));
        Memory("after that");

        void Memory(string when) =>
            output.WriteLine($"| resident memory {when}: silos / gateway | {cluster.MemoryMiB("silo"):N0} / {cluster.MemoryMiB("gateway"):N0} MiB |");
    }

    private static async Task<string> PoolOf(ClusterUnderTest cluster, int nodes)
    {
        var name = "";
        await Until(async () =>
        {
            var pools = (await cluster.Get("pools")).GetProperty("value");
            if (pools.GetArrayLength() == 0)
                return false;
            name = pools[0].GetProperty("name").GetString()!;
            return pools[0].GetProperty("nodes").GetInt32() >= nodes;
        });
        return name;
    }

    private static async Task UntilAll(ClusterUnderTest cluster, string phase, int jobs) => await Until(async () =>
        (await All(cluster)).Count(j => j.GetProperty("phase").GetString() == phase) >= jobs);

    private static async Task<List<JsonElement>> All(ClusterUnderTest cluster)
    {
        List<JsonElement> all = [];
        for (string? next = "jobs?maxpagesize=1000"; next is not null;)
        {
            var page = await cluster.Get(next);
            all.AddRange(page.GetProperty("value").EnumerateArray());
            next = page.TryGetProperty("nextLink", out var link) && link.GetString() is { } url ? url[(url.IndexOf("/api/v1/", StringComparison.Ordinal) + 8)..] : null;
        }

        return all;
    }

    private static async Task Until(Func<Task<bool>> holds)
    {
        var deadline = Stopwatch.StartNew();
        while (!await holds())
        {
            if (deadline.Elapsed > TimeSpan.FromMinutes(10))
                throw new InvalidOperationException("it did not come to that within 10 minutes");
            await Task.Delay(20);
        }
    }
}
