using System.Globalization;
using System.IO.Compression;
using Scheduling.Model;

namespace Benchmarks.OpenB;

/// <summary>One node of the cluster.</summary>
internal readonly record struct OpenbNode(string Name, int CpuMilli, int MemoryMiB, int Gpus, string Model);

/// <summary>A pod list with its replay orders by seed: rows of the pod list, and rows of the node list in tie-break order.</summary>
internal sealed record OpenbList(string Name, WorkerShape[] Pods, IReadOnlyDictionary<int, (int[] Pods, int[] Nodes)> Orders);

/// <summary>Reads tests/data/openb, or a folder that has the same files under pods, sequences, published and placements.</summary>
internal static class OpenbData
{
    public static string Folder { get; } = Path.Combine(Root(), "tests", "data", "openb");

    /// <summary>The names of the pod lists that have orders, the plain one first.</summary>
    public static string[] Lists(string folder) =>
        [.. Files(folder, "sequences", "seq_*.csv.gz").Select(f => Path.GetFileName(f)[4..^7]).OrderBy(n => n != "default").ThenBy(n => n, StringComparer.Ordinal)];

    public static OpenbNode[] Nodes(string folder) =>
        [.. File.ReadLines(Path.Combine(folder, "openb_node_list_gpu_node.csv")).Skip(1).Select(l => l.Split(',')).Select(f => new OpenbNode(f[0], Int(f[1]), Int(f[2]), Int(f[3]), f[4]))];

    public static OpenbList List(string folder, string name)
    {
        var pods = Files(folder, "pods", $"openb_pod_list_{name}.csv.gz").First();
        var orders = new Dictionary<int, (int[] Pods, int[] Nodes)>();
        foreach (var f in Lines(Files(folder, "sequences", $"seq_{name}.csv.gz").First()).Skip(1).Select(l => l.Split(',')))
        {
            var rows = f[2].Split(' ').Select(Int).ToArray();
            var known = orders.GetValueOrDefault(Int(f[0]));
            orders[Int(f[0])] = f[1] == "pods" ? (rows, known.Nodes) : (known.Pods, rows);
        }

        // Pods of one shape share the object: it is what the index looks up by.
        var shapes = new Dictionary<WorkerShape, WorkerShape>();
        return new OpenbList(name, [.. Lines(pods).Skip(1).Select(ToShape).Select(s => shapes.TryGetValue(s, out var same) ? same : shapes[s] = s)], orders);
    }

    /// <summary>The authors' rows: allocation in per cent at each per cent of arrivals, by list, policy and seed.</summary>
    public static Dictionary<(string List, string Policy, int Seed), double[]> Published(string folder)
    {
        var path = Files(folder, "published", "analysis_allo_discrete.csv.gz").First();
        return Lines(path).Skip(1).Select(l => l.Split(','))
            .ToDictionary(f => (f[0]["openb_pod_list_".Length..], f[1][3..], Int(f[3])), f => f.Skip(5).Select(v => v.Length == 0 ? double.NaN : double.Parse(v, CultureInfo.InvariantCulture)).ToArray());
    }

    /// <summary>Node name and GPU ids of every arrival of a run; null when none are kept. An empty node: it had no room.</summary>
    public static (string Node, string Gpus)[]? Placements(string folder, string list, string policy, int seed)
    {
        var found = Files(folder, "placements", $"placements_{list}_*-{policy}_seed{seed}.csv.gz").ToArray();
        return found.Length == 0 ? null : [.. Lines(found[0]).Skip(1).Select(l => l.Split(',')).Select(f => (f[2], f[3]))];
    }

    private static IEnumerable<string> Files(string folder, string room, string pattern) =>
        new[] { folder, Path.Combine(folder, room) }.Where(Directory.Exists).SelectMany(f => Directory.GetFiles(f, pattern));

    private static WorkerShape ToShape(string line)
    {
        var f = line.Split(',');
        var gpus = Int(f[3]);
        return new WorkerShape
        {
            CpuMilli = Int(f[1]),
            MemoryMiB = Int(f[2]),
            Gpus = gpus,
            GpuMilli = gpus == 0 ? WorkerShape.WholeGpu : Int(f[4]),
            GpuModels = gpus == 0 || f.Length < 6 || f[5].Length == 0 ? [] : [.. f[5].Split('|')],
        };
    }

    private static IEnumerable<string> Lines(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line) yield return line;
    }

    private static int Int(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static string Root()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "Orleans.Scheduler.sln"))) at = at.Parent ?? throw new DirectoryNotFoundException("the repository's root");
        return at.FullName;
    }
}
