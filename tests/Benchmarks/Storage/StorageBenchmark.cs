using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Grains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Scheduling.Model;
using Silo;
using Silo.Storage;
using Silo.Storage.Sqlite;

namespace Benchmarks.Storage;

/// <summary>What the embedded storage sustains: durable appends and job upserts by writes in flight, and the record codec.</summary>
public static class StorageBenchmark
{
    private static readonly int[] InFlight = [1, 16, 64, 512];

    /// <param name="output">Where the table goes.</param>
    /// <param name="args">Seconds for each row (default 3), then the folder to write in (default: the system's temporary one).</param>
    public static async Task<int> Run(TextWriter output, string[] args)
    {
        var seconds = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 3;
        var folder = Path.Combine(args.Length > 1 ? args[1] : Path.GetTempPath(), $"storage-benchmark-{Environment.ProcessId}");
        try
        {
            Codec(output);
            using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
            using var instruments = new Silo.Storage.StorageInstruments(services.GetRequiredService<IMeterFactory>());
            using var database = SqliteDatabase.Open(
                folder, new GroupCommitOptions(), 4, instruments, TimeProvider.System, NullLogger<SqliteDatabase>.Instance);
            output.WriteLine("| write | in flight | writes/s | p50 ms | p99 ms | max ms |");
            output.WriteLine("|---|---|---|---|---|---|");
            foreach (var n in InFlight)
                await Measure(output, "append of 200 bytes, one stream each", n, seconds, new Appends(database, $"appends-{n}", n).Next);
            foreach (var n in InFlight)
                await Measure(output, "job record, new", n, seconds, new JobWrites(database, $"new-{n}", n, reuse: false).Next);
            foreach (var n in InFlight)
                await Measure(output, "job record, phase changes", n, seconds, new JobWrites(database, $"again-{n}", n, reuse: true).Next);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static async Task Measure(TextWriter output, string name, int inFlight, double seconds, Func<int, Task> write)
    {
        var end = Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);
        var latencies = await Task.WhenAll(Enumerable.Range(0, inFlight).Select(lane => Task.Run(async () =>
        {
            var mine = new List<double>();
            while (Stopwatch.GetTimestamp() < end)
            {
                var started = Stopwatch.GetTimestamp();
                await write(lane);
                mine.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }

            return mine;
        })));
        var all = latencies.SelectMany(l => l).Order().ToArray();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {inFlight} | {all.Length / seconds:F0} | {all[all.Length / 2]:F2} | {all[all.Length * 99 / 100]:F2} | {all[^1]:F1} |"));
    }

    private static void Codec(TextWriter output)
    {
        var spec = SampleJob("codec", 1, 0).Spec;
        var bytes = RecordCodec.Encode(spec);
        const int Times = 200_000;
        for (var warm = 0; warm < 3; warm++)
        {
            for (var i = 0; i < Times; i++)
                RecordCodec.Decode<JobSpec>(RecordCodec.Encode(spec));
        }

        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < Times; i++)
            RecordCodec.Encode(spec);
        var encode = Stopwatch.GetElapsedTime(started).TotalMicroseconds / Times;
        started = Stopwatch.GetTimestamp();
        for (var i = 0; i < Times; i++)
            RecordCodec.Decode<JobSpec>(bytes);
        var decode = Stopwatch.GetElapsedTime(started).TotalMicroseconds / Times;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"JobSpec of {bytes.Length} bytes: encode {encode:F2} µs, decode {decode:F2} µs"));
    }

    internal static BenchmarkJob SampleJob(string id, int attempt, long submitted) => new()
    {
        Id = id,
        Attempt = attempt,
        SubmittedAt = DateTimeOffset.UnixEpoch.AddMilliseconds(submitted),
        Spec = new JobSpec
        {
            Name = "train-llm",
            Tenant = new TenantId("acme"),
            User = "ann",
            Quota = new QuotaPath("acme/research/ann"),
            Pool = new PoolId("h100"),
            Roles = [new RoleSpec { Name = "worker", Count = 8, Shape = new WorkerShape { CpuMilli = 8000, MemoryMiB = 65536, Gpus = 8 } }],
            TimeLimit = TimeSpan.FromHours(12),
            Labels = ImmutableArray.Create(new Label("project", "llm"), new Label("stage", "pretrain")),
        },
    };
}
