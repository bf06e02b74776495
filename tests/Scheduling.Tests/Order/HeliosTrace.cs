using System.Globalization;
using System.IO.Compression;
using Scheduling.Order.Replay;

namespace Scheduling.Tests.Order;

/// <summary>The two Helios virtual clusters of tests/data/traces, and what the reference says became of every job.</summary>
internal static class HeliosTrace
{
    public static IReadOnlyDictionary<string, int> Nodes { get; } = new Dictionary<string, int>(StringComparer.Ordinal) { ["vcvGl"] = 20, ["vcvlY"] = 2 };

    public static IReadOnlyList<ReplayJob> Jobs { get; } =
    [
        .. Rows("helios_venus_2vc_2020-09.csv.gz").Select(c => new ReplayJob
        {
            Id = c[0], SubmitAt = Number(c[1]), Duration = Number(c[2]), Gpus = (int)Number(c[3]), Pool = c[4], User = c[5],
        }),
    ];

    /// <summary>By job: first start, end, queue, preemptions.</summary>
    public static Dictionary<string, (long Start, long End, long Queue, int Preemptions)> Reference(string policy) =>
        Rows($"helios2vc_{policy}.csv.gz").ToDictionary(c => c[0], c => (Number(c[3]), Number(c[4]), Number(c[5]), (int)Number(c[6])), StringComparer.Ordinal);

    private static IEnumerable<string[]> Rows(string name)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(Path.Combine(Folder(), name)), CompressionMode.Decompress));
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
            yield return line.Split(',');
    }

    private static long Number(string cell) => long.Parse(cell, CultureInfo.InvariantCulture);

    private static string Folder() => Path.Combine(Root(), "tests", "data", "traces");

    /// <summary>The repository's own folder.</summary>
    public static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Orleans.Scheduler.sln")))
            folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
