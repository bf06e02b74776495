using System.Globalization;
using System.IO.Compression;
using Scheduling.Order.Replay;

namespace Benchmarks.Traces;

/// <summary>
/// The traces of tests/data/traces, by scenario. Predictions that may not be committed are read from the shared data folder when it is there
/// (SCHEDULER_DATA, or ../shared/data beside the repository).
/// </summary>
internal sealed class TraceFiles
{
    private static readonly Dictionary<string, (string Jobs, string Pools)> Scenarios = new(StringComparer.Ordinal)
    {
        ["helios2vc"] = ("helios_venus_2vc_2020-09", "pools_helios_venus_2vc"),
        ["philly_devvcs"] = ("philly_2017-10_11_devvcs", "pools_philly_devvcs"),
        ["venus_04_80n"] = ("helios_venus_2020-04", "pools_venus_80n"),
        ["venus_05_80n"] = ("helios_venus_2020-05", "pools_venus_80n"),
        ["venus_06_80n"] = ("helios_venus_2020-06", "pools_venus_80n"),
        ["venus_04_100n"] = ("helios_venus_2020-04", "pools_venus_100n"),
        ["alibaba_first_64n"] = ("alibaba_pai2020_sample_first", "pools_alibaba_64n"),
        ["muri_trace1"] = ("muri_trace1", "pools_muri_8n"),
        ["muri_trace1_pr"] = ("muri_trace1_pr", "pools_muri_8n"),
        ["muri_trace3"] = ("muri_trace3", "pools_muri_8n"),
        ["muri_trace3_pr"] = ("muri_trace3_pr", "pools_muri_8n"),
    };

    private readonly string _folder = Path.Combine(Root(), "tests", "data", "traces");

    /// <summary>Where the data that may not be committed is; null when it is not there.</summary>
    public string? Shared { get; } = FindShared();

    public IEnumerable<string> Names => Scenarios.Keys;

    public Trace Load(string scenario)
    {
        var (jobs, pools) = Scenarios[scenario];
        var estimates = Shared is { } shared ? Estimates(Path.Combine(shared, "jobs", jobs + ".csv.gz")) : [];
        var nodes = Rows(Path.Combine(_folder, pools + ".csv")).ToDictionary(r => r["vc"], r => int.Parse(r["nodes"], CultureInfo.InvariantCulture), StringComparer.Ordinal);
        var list = new List<ReplayJob>();
        foreach (var row in Rows(Path.Combine(_folder, jobs + ".csv.gz")))
        {
            var id = row.GetValueOrDefault("job_id") ?? list.Count.ToString(CultureInfo.InvariantCulture);
            list.Add(new ReplayJob
            {
                Id = id,
                SubmitAt = Number(row["submit_s"]),
                Duration = Number(row["duration_s"]),
                Gpus = (int)Number(row["gpus"]),
                Pool = row["vc"],
                User = row.GetValueOrDefault("user", ""),
                Estimate = estimates.GetValueOrDefault(id, double.NaN),
            });
        }

        return new Trace(scenario, list, nodes);
    }

    public IEnumerable<Dictionary<string, string>> Summary() => Rows(Path.Combine(_folder, "summary.csv"));

    public IEnumerable<Dictionary<string, string>> PublishedMuri() => Rows(Path.Combine(_folder, "published_muri.csv"));

    /// <summary>The reference outcome of every job of helios2vc under a policy.</summary>
    public IReadOnlyList<Dictionary<string, string>> PerJob(string policy) => [.. Rows(Path.Combine(_folder, $"helios2vc_{policy}.csv.gz"))];

    private static Dictionary<string, double> Estimates(string path)
    {
        if (!File.Exists(path))
            return [];
        return Rows(path).Where(r => r.ContainsKey("est_s")).ToDictionary(r => r["job_id"], r => double.Parse(r["est_s"], CultureInfo.InvariantCulture), StringComparer.Ordinal);
    }

    private static IEnumerable<Dictionary<string, string>> Rows(string path)
    {
        using var file = File.OpenRead(path);
        using Stream text = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(text);
        var head = (reader.ReadLine() ?? "").Split(',');
        while (reader.ReadLine() is { } line)
        {
            var cells = line.Split(',');
            var row = new Dictionary<string, string>(StringComparer.Ordinal);
            for (var i = 0; i < head.Length && i < cells.Length; i++)
                row[head[i]] = cells[i];
            yield return row;
        }
    }

    private static long Number(string cell) => long.Parse(cell, CultureInfo.InvariantCulture);

    /// <summary>The repository.</summary>
    public static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Orleans.Scheduler.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("the repository was not found above the program");
        return folder;
    }

    private static string? FindShared()
    {
        var named = Environment.GetEnvironmentVariable("SCHEDULER_DATA");
        string[] places = named is null ? [Path.Combine(Root(), "..", "shared", "data"), Path.Combine(Root(), "..", "..", "shared", "data")] : [named];
        return places.FirstOrDefault(p => Directory.Exists(Path.Combine(p, "jobs")));
    }
}

/// <summary>One scenario's jobs and pools.</summary>
internal sealed record Trace(string Name, IReadOnlyList<ReplayJob> Jobs, IReadOnlyDictionary<string, int> Nodes)
{
    public int Gpus => Nodes.Values.Sum() * 8;
}
