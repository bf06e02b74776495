using System.Globalization;
using Scheduling.Model;
using Scheduling.Placement;

namespace Scheduling.Tests.Placement;

/// <summary>
/// A pool as text, one rack a line: "block/rack 8 8 5 0 x -". A number is a node's free GPUs of 8, "x" a node that takes no new work,
/// "-" an empty slot, "c" a node without GPUs.
/// </summary>
internal static class TextPool
{
    public static readonly WorkerShape OneGpu = Shape(1);

    public static WorkerShape Shape(int gpus, int milli = 1000, long cpu = 0, long memory = 0) =>
        new() { Gpus = gpus, GpuMilli = milli, CpuMilli = cpu, MemoryMiB = memory };

    public static PlacementIndex Parse(string text)
    {
        var index = new PlacementIndex();
        foreach (var view in Views(text)) index.SetRack(view);
        return index;
    }

    public static IEnumerable<RackView> Views(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var (block, rack) = (words[0].Split('/')[0], words[0].Split('/')[1]);
            var nodes = words[1..];
            yield return new RackView
            {
                Spec = new RackSpec { Rack = new RackId($"pool/{rack}"), Block = block, Nodes = [.. nodes.Select((w, i) => Node($"{rack}-{i}", w))] },
                Schedulable = nodes.Select((w, i) => w == "x" ? 0 : 1UL << i).Aggregate(0UL, (a, b) => a | b),
                Allocations = [.. nodes.Select((w, i) => (w, i)).Where(n => char.IsDigit(n.w[0]) && n.w != "8").Select(n => Used($"{rack}-{n.i}", n.i, int.Parse(n.w, CultureInfo.InvariantCulture)))],
                Version = 1,
                Epoch = 1,
            };
        }
    }

    public static GangRequest Gang(int workers, WorkerShape shape, TopologyLevel required = TopologyLevel.None, TopologyLevel preferred = TopologyLevel.None) =>
        new() { Roles = [new RoleSpec { Name = "worker", Count = workers, Shape = shape }], Topology = new TopologyRule { Required = required, Preferred = preferred } };

    /// <summary>"rack:slot×workers …" by rack, or the refusal's kind and sentence.</summary>
    public static string Show(PlacementAnswer answer) => answer switch
    {
        PlacementAnswer.Placed p => string.Join(' ', p.Placement.Racks.Select(r =>
            $"{r.Rack.Value["pool/".Length..]}:{string.Join(',', r.Workers.GroupBy(w => w.Slot).OrderBy(g => g.Key).Select(g => g.Count() == 1 ? $"{g.Key}" : $"{g.Key}x{g.Count()}"))}")),
        PlacementAnswer.NoRoom n => $"no room: {n.Why.Message}",
        PlacementAnswer.Never n => $"never: {n.Why.Message}",
        _ => throw new InvalidOperationException(),
    };

    private static NodeSpec Node(string name, string word) => new()
    {
        Name = new NodeId(word == "-" ? "" : name),
        Gpus = word is "-" or "c" ? 0 : 8,
        GpuModel = word is "-" or "c" ? "" : "H100",
        CpuMilli = word == "-" ? 0 : 96_000,
        MemoryMiB = word == "-" ? 0 : 1_000_000,
    };

    private static RackAllocation Used(string name, int slot, int free) => new()
    {
        Plan = 1,
        Attempt = new AttemptId(new JobId(name), 1),
        Committed = true,
        Workers = [new WorkerSlot(0, 0, slot, 0xFFUL << free & 0xFF, 1000)],
        Shapes = [Shape(8 - free, cpu: (8 - free) * 12_000)],
    };
}
