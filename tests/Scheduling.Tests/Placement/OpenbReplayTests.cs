using System.Globalization;
using System.IO.Compression;
using System.Numerics;
using Scheduling.Model;
using Scheduling.Placement;

namespace Scheduling.Tests.Placement;

/// <summary>
/// Alibaba's openb cluster (1,213 unequal nodes, 6,212 GPUs) and its 8,152 pods with fractional GPUs, one at a time, none leaves.
/// The order is that of the published runs with seed 42, row numbers of the pod list.
/// </summary>
public sealed class OpenbReplayTests(ITestOutputHelper output)
{
    private static readonly string Tests = Path.Combine(Root(), "tests");
    private static readonly string Data = Path.Combine(Tests, "data", "openb");

    [Fact]
    public void Places_at_least_what_first_fit_places_and_breaks_nothing()
    {
        var nodes = File.ReadLines(Path.Combine(Data, "openb_node_list_gpu_node.csv")).Skip(1).Select(ToNode).ToArray();
        var shapes = Lines("openb_pod_list_default.csv.gz").Skip(1).Select(ToShape).ToArray();
        var order = File.ReadAllText(Path.Combine(Tests, "Scheduling.Tests", "Placement", "openb_default_order_seed42.txt")).Trim()
            .Split(' ').Select(s => int.Parse(s, CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(8152, order.Length);
        var index = new PlacementIndex();
        var twin = new PlainPool();
        foreach (var (rack, i) in nodes.Chunk(32).Select((r, i) => (r, i)))
        {
            twin.Add(new RackSpec { Rack = new RackId($"openb/r{i:D3}"), Block = $"b{i / 8}", Nodes = [.. rack] });
            index.SetRack(twin.View($"openb/r{i:D3}"));
        }

        var (pods, milli) = (0, 0L);
        foreach (var pod in order)
        {
            var request = TextPool.Gang(1, shapes[pod]);
            if (index.TryPlace(request) is not PlacementAnswer.Placed placed)
            {
                Assert.Equal(0, twin.Room(shapes[pod], TopologyLevel.None));
                continue;
            }

            twin.Place(new AttemptId(new JobId("pod"), pod), placed.Placement, request);
            pods++;
            milli += shapes[pod].Gpus * shapes[pod].GpuMilli;
        }

        Assert.Equal(twin.Totals, index.Totals);
        var first = FirstFit(nodes, order.Select(p => shapes[p]));
        output.WriteLine($"index: {pods} pods, {milli / 1000.0:N1} GPUs of {nodes.Sum(n => n.Gpus)}; first fit: {first.Pods} pods, {first.Milli / 1000.0:N1} GPUs");
        Assert.True(pods >= first.Pods, $"{pods} pods, first fit {first.Pods}");
        Assert.True(milli >= first.Milli, $"{milli} GPU milli, first fit {first.Milli}");
        // What the published FGD policy places of the same pods in the same order.
        Assert.True(pods >= 7946 && milli >= 5_910_000, $"{pods} pods, {milli} GPU milli; FGD 7946, 5910000");
    }

    private static string Root()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "Orleans.Scheduler.sln"))) at = at.Parent ?? throw new DirectoryNotFoundException("the repository's root");
        return at.FullName;
    }

    private static IEnumerable<string> Lines(string file)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(Path.Combine(Data, file)), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line) yield return line;
    }

    private static NodeSpec ToNode(string line)
    {
        var f = line.Split(',');
        return new NodeSpec { Name = new NodeId(f[0]), CpuMilli = long.Parse(f[1], CultureInfo.InvariantCulture), MemoryMiB = long.Parse(f[2], CultureInfo.InvariantCulture), Gpus = int.Parse(f[3], CultureInfo.InvariantCulture), GpuModel = f[4] };
    }

    private static WorkerShape ToShape(string line)
    {
        var f = line.Split(',');
        var gpus = int.Parse(f[3], CultureInfo.InvariantCulture);
        return new WorkerShape
        {
            CpuMilli = long.Parse(f[1], CultureInfo.InvariantCulture),
            MemoryMiB = long.Parse(f[2], CultureInfo.InvariantCulture),
            Gpus = gpus,
            GpuMilli = gpus == 0 ? 1000 : int.Parse(f[4], CultureInfo.InvariantCulture),
            GpuModels = gpus == 0 || f[5].Length == 0 ? [] : [.. f[5].Split('|')],
        };
    }

    /// <summary>The first node of the list that has room, its first GPUs with enough left.</summary>
    private static (int Pods, long Milli) FirstFit(NodeSpec[] specs, IEnumerable<WorkerShape> pods)
    {
        var nodes = specs.Select(n => new PlainNode(n)).ToArray();
        var (count, milli) = (0, 0L);
        foreach (var shape in pods)
        {
            var node = nodes.FirstOrDefault(n => n.Room(shape) > 0);
            if (node is null) continue;
            var gpus = 0UL;
            for (var gpu = 0; BitOperations.PopCount(gpus) < shape.Gpus; gpu++)
                if (node.LeftOf(gpu) >= shape.GpuMilli) gpus |= 1UL << gpu;
            node.Add(new WorkerSlot(0, 0, 0, gpus, shape.GpuMilli), shape, 1);
            count++;
            milli += shape.Gpus * shape.GpuMilli;
        }

        return (count, milli);
    }
}
