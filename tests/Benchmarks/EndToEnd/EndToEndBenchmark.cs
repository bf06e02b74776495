using System.Diagnostics;
using System.Globalization;
using Benchmarks.Traces;

namespace Benchmarks.EndToEnd;

/// <summary>
/// REST submit to durable placement, through the real process: HTTP, grains, SQLite with fsync. Server and client share the machine.
/// The peer is Slurm's documented 500 jobs/s (slurm, doc/html/high_throughput.shtml); every figure is also given as a ratio to it.
/// </summary>
internal static class EndToEndBenchmark
{
    private const double SlurmJobsPerSecond = 500;

    public static async Task<int> Run(TextWriter output, string[] options)
    {
        var root = TraceFiles.Root();
        var quick = options.Contains("quick");
        Machine(output, $"end-to-end {string.Join(' ', options)}");
        if (!options.Contains("scale"))
        {
            output.WriteLine("| inventory | gang | jobs | jobs/s accepted | jobs/s placed | ratio to Slurm's 500/s | server CPU µs/job | client+server CPU µs/job | at half rate: answer p50 / p99 ms | submit→placed p50 / p99 ms |");
            output.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
            if (options.Contains("gangs"))
            {
                await Throughput(output, root, "60,000 × 8", "synthetic:60000x8", 5000, workers: 8, gpus: 8, gpuMilli: 1000);
                return 0;
            }

            if (options.Contains("single"))
            {
                await Throughput(output, root, "7,500 × 8", "synthetic:7500x8", 20_000, workers: 1, gpus: 1, gpuMilli: 1000);
                return 0;
            }

            var openb = Path.Combine(root, "tests/data/openb/openb_node_list_gpu_node.csv");
            await Throughput(output, root, "openb, 1,213 nodes", openb, quick ? 3000 : 20_000, workers: 1, gpus: 1, gpuMilli: 100);
            await Throughput(output, root, "7,500 × 8", "synthetic:7500x8", quick ? 3000 : 20_000, workers: 1, gpus: 1, gpuMilli: 1000);
            await Throughput(output, root, "60,000 × 8", "synthetic:60000x8", quick ? 1000 : 5000, workers: 8, gpus: 8, gpuMilli: 1000);
        }

        if (!quick)
            await Scale(output, root);
        return 0;
    }

    private static async Task Throughput(TextWriter output, string root, string name, string inventory, int jobs, int workers, int gpus, int gpuMilli)
    {
        await using var server = await ServerUnderTest.Start(root, inventory);
        var pool = await PoolOf(server);
        var warm = Load.Job("warm", workers, gpus, gpuMilli);
        var warmJobs = Math.Min(jobs / 5, 4000);
        await Load.Closed(server, warmJobs / 2, 64, warm, "new");
        await Task.Delay(Load.Settling);
        await Load.Closed(server, warmJobs - (warmJobs / 2), 64, warm, "warm");
        await Load.WaitPlaced(server, pool, warmJobs);

        var body = Load.Job("full", workers, gpus, gpuMilli);
        var own = Process.GetCurrentProcess();
        var (serverCpu, ownCpu, clock) = (server.Cpu, own.TotalProcessorTime, Stopwatch.StartNew());
        var accepted = await Load.Closed(server, jobs, 128, body, "full");
        await Load.WaitPlaced(server, pool, warmJobs + jobs);
        var placed = clock.Elapsed;
        serverCpu = server.Cpu - serverCpu;
        own.Refresh();
        ownCpu = own.TotalProcessorTime - ownCpu;

        var rate = jobs / placed.TotalSeconds;
        var half = Load.Job("half", workers, gpus, gpuMilli);
        var halfJobs = jobs / 4;
        var answers = await Load.Open(server, halfJobs, rate / 2, half, "half");
        await Load.WaitPlaced(server, pool, warmJobs + jobs + halfJobs);
        var latencies = await Load.PlacementLatencies(server, "half", halfJobs, Math.Min(halfJobs, 2000));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {workers} × {gpus * gpuMilli / 1000.0:0.##} GPU | {jobs:N0} | {jobs / accepted.TotalSeconds:N0} | {rate:N0} | {rate / SlurmJobsPerSecond:0.0} | {serverCpu.TotalMicroseconds / jobs:N0} | {(serverCpu + ownCpu).TotalMicroseconds / jobs:N0} | {Load.Percentile(answers, 0.5):0.0} / {Load.Percentile(answers, 0.99):0.0} | {Load.Percentile(latencies, 0.5):0.0} / {Load.Percentile(latencies, 0.99):0.0} |"));
    }

    /// <summary>Memory and restart with 100,000 waiting jobs, and memory with 100,000 nodes.</summary>
    private static async Task Scale(TextWriter output, string root)
    {
        output.WriteLine();
        output.WriteLine("| what | figure |");
        output.WriteLine("|---|---|");
        await using (var server = await ServerUnderTest.Start(root, "synthetic:64x8"))
        {
            var empty = server.MemoryMiB;
            var body = Load.Job("wait", workers: 128, gpus: 8, gpuMilli: 1000);
            var took = await Load.Closed(server, 100_000, 128, body, "wait");
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| 100,000 waiting jobs: accepted per second | {100_000 / took.TotalSeconds:N0} |"));
            output.WriteLine($"| resident memory before / with 100,000 waiting jobs | {empty} / {server.MemoryMiB} MiB |");
            var restart = await server.KillAndRestart();
            var clock = Stopwatch.StartNew();
            while ((await server.Get($"pools/{await PoolOf(server)}")).GetProperty("pendingJobs").GetInt32() < 100_000)
                await Task.Delay(20);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| kill -9, restart with 100,000 waiting jobs: ready and all known after | {(restart + clock.Elapsed).TotalSeconds:0.0} s |"));
            output.WriteLine($"| resident memory after that restart | {server.MemoryMiB} MiB |");
        }

        var started = Stopwatch.StartNew();
        await using (var server = await ServerUnderTest.Start(root, "synthetic:100000x8"))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| 100,000 nodes × 8 GPUs: registered and ready after | {started.Elapsed.TotalSeconds:0.0} s |"));
            output.WriteLine($"| resident memory with 100,000 nodes | {server.MemoryMiB} MiB |");
            var restart = await server.KillAndRestart();
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| kill -9, restart with 100,000 nodes: ready after | {restart.TotalSeconds:0.0} s |"));
        }
    }

    private static async Task<string> PoolOf(ServerUnderTest server) => (await server.Get("pools")).GetProperty("value")[0].GetProperty("name").GetString()!;

    private static void Machine(TextWriter output, string command)
    {
        var cpu = File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown CPU";
        output.WriteLine($"{Environment.ProcessorCount} cores of {cpu}, .NET {Environment.Version}, {DateTime.UtcNow:yyyy-MM-dd}, load {File.ReadAllText("/proc/loadavg").Split(' ')[0]}; `benchmarks {command}`");
        output.WriteLine();
    }
}
