using Scheduling.Model;

namespace Scheduling.Tests.Models;

/// <summary>
/// A pool as naive as can be: a list of attempts, and nodes of eight GPUs that are looked at one by one. It does not say who is next or
/// where; it says what fits, and what may not be.
/// </summary>
internal sealed class PoolTwin(int nodesPerRack, params string[] racks)
{
    public const int Gpus = 8;

    public enum Stage
    {
        Waiting,
        Placing,
        Running,
        Freeing,
    }

    public sealed class Entry
    {
        public required AttemptId Id { get; init; }

        public required JobSpec Spec { get; init; }

        public Stage Stage { get; set; }

        public long Plan { get; set; }

        public GangPlacement? Place { get; set; }

        public bool IsOver { get; set; }

        public bool IsUndoing { get; set; }

        public RoleSpec Role => Spec.Roles[0];
    }

    public List<Entry> All { get; } = [];

    /// <summary>Accounts whose quota said no, and has not said otherwise since.</summary>
    public HashSet<QuotaPath> Full { get; } = [];

    /// <summary>By rack, a bit per node that takes new work.</summary>
    public Dictionary<string, ulong> TakesWork { get; } = racks.ToDictionary(r => r, _ => (1UL << nodesPerRack) - 1);

    public IReadOnlyList<string> Racks { get; } = racks;

    public Entry? Find(AttemptId id) => All.Find(e => e.Id == id);

    public Entry? Newest(JobId job) => All.Where(e => e.Id.Job == job).MaxBy(e => e.Id.Number);

    public IEnumerable<Entry> On(Stage stage) => All.Where(e => e.Stage == stage);

    /// <summary>Thousandths free of each GPU, by rack and node: of all nodes, or of those that take new work.</summary>
    public IEnumerable<(string Rack, int[] Free)> Nodes(bool all)
    {
        foreach (var rack in Racks)
        {
            for (var node = 0; node < nodesPerRack; node++)
            {
                if (all || ((TakesWork[rack] >> node) & 1) == 1)
                    yield return (rack, Free(rack, node));
            }
        }
    }

    public int[] Free(string rack, int node)
    {
        var free = Enumerable.Repeat(1000, Gpus).ToArray();
        foreach (var entry in All)
        {
            foreach (var worker in WorkersOn(entry.Place, rack, node))
            {
                for (var gpu = 0; gpu < Gpus; gpu++)
                    free[gpu] -= ((worker.Gpus >> gpu) & 1) == 1 ? worker.GpuMilli : 0;
            }
        }

        return free;
    }

    public static IEnumerable<WorkerSlot> WorkersOn(GangPlacement? place, string rack, int node) =>
        place is null ? [] : place.Racks.Where(r => r.Rack.Value == $"p/{rack}").SelectMany(r => r.Workers).Where(w => w.Slot == node);

    /// <summary>Could this gang start now, for all that its quota says?</summary>
    public bool Fits(JobSpec spec)
    {
        var role = spec.Roles[0];
        var room = Nodes(all: false).Select(n => (n.Rack, Workers: WorkersThatFit(n.Free, role.Shape)));
        return spec.Topology.Required == TopologyLevel.Rack
            ? room.GroupBy(n => n.Rack).Any(g => g.Sum(n => n.Workers) >= role.Count)
            : spec.Topology.Required == TopologyLevel.Node ? room.Any(n => n.Workers >= role.Count) : room.Sum(n => n.Workers) >= role.Count;
    }

    private static int WorkersThatFit(int[] free, WorkerShape shape) =>
        shape.GpuMilli < 1000 ? free.Sum(f => f / shape.GpuMilli) : free.Count(f => f == 1000) / shape.Gpus;
}
