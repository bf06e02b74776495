using System.Collections.Immutable;
using System.Numerics;
using Gateway.Contracts;
using Gateway.Kubernetes.Nodes;
using Grains.Nodes;
using Grains.Pools;
using Scheduling.Model;

namespace Gateway.Api;

/// <summary>Pools, racks and nodes as the contract tells them.</summary>
internal static class ClusterMapper
{
    public static Pool ToContract(PoolView view) => new()
    {
        Name = view.Pool.Value,
        Racks = view.Racks,
        Nodes = view.Nodes,
        SchedulableNodes = view.SchedulableNodes,
        GpuMilliTotal = view.GpuMilliTotal,
        GpuMilliAllocated = view.GpuMilliAllocated,
        GpuMilliPromised = view.GpuMilliPromised,
        PendingJobs = view.PendingJobs,
        PlacingJobs = view.PlacingJobs,
        RunningJobs = view.RunningJobs,
        PendingByReason = [.. view.PendingByReason.Select(r => new Contracts.ReasonCount { Reason = r.Reason, Jobs = r.Jobs })],
        Ledger = [.. view.Ledger.Select(l => new LedgerEntry { Category = l.Category, GpuSeconds = l.Seconds })],
        InvariantChecks = view.InvariantChecks,
        InvariantFailures = view.InvariantFailures,
    };

    public static ClusterSummary Sum(IReadOnlyCollection<PoolView> pools) => new()
    {
        Pools = [.. pools.Select(p => p.Pool.Value)],
        Racks = pools.Sum(p => p.Racks),
        Nodes = pools.Sum(p => p.Nodes),
        SchedulableNodes = pools.Sum(p => p.SchedulableNodes),
        GpuMilliTotal = pools.Sum(p => p.GpuMilliTotal),
        GpuMilliAllocated = pools.Sum(p => p.GpuMilliAllocated),
        PendingJobs = pools.Sum(p => p.PendingJobs),
        PlacingJobs = pools.Sum(p => p.PlacingJobs),
        RunningJobs = pools.Sum(p => p.RunningJobs),
        PendingByReason =
        [
            .. pools.SelectMany(p => p.PendingByReason).GroupBy(r => r.Reason).OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => new Contracts.ReasonCount { Reason = g.Key, Jobs = g.Sum(r => r.Jobs) }),
        ],
        Ledger =
        [
            .. pools.SelectMany(p => p.Ledger).GroupBy(l => l.Category)
                .Select(g => new LedgerEntry { Category = g.Key, GpuSeconds = g.Sum(l => l.Seconds) }),
        ],
        InvariantChecks = pools.Sum(p => p.InvariantChecks),
        InvariantFailures = pools.Sum(p => p.InvariantFailures),
    };

    public static RackSummary ToSummary(RackView view)
    {
        var nodes = NodesOf(view);
        return new RackSummary
        {
            Name = NameOf(view.Spec.Rack),
            Pool = view.Spec.Rack.Pool.Value,
            Block = view.Spec.Block,
            Nodes = nodes.Count,
            SchedulableNodes = nodes.Count(n => n.Schedulable),
            Capacity = Sum(nodes.Select(n => n.Capacity)),
            Allocated = Sum(nodes.Select(n => n.Allocated)),
            Spares = view.Spec.Spares,
        };
    }

    /// <param name="withAllocations">Job ids are for operators: they name other tenants' jobs.</param>
    public static Rack ToContract(RackView view, bool withAllocations)
    {
        var nodes = NodesOf(view);
        return new Rack
        {
            Name = NameOf(view.Spec.Rack),
            Pool = view.Spec.Rack.Pool.Value,
            Block = view.Spec.Block,
            Capacity = Sum(nodes.Select(n => n.Capacity)),
            Allocated = Sum(nodes.Select(n => n.Allocated)),
            Nodes = nodes,
            Spares = view.Spec.Spares,
            Allocations = withAllocations ? [.. view.Allocations.Select(ToContract)] : null,
            Version = view.Version,
        };
    }

    /// <summary>The rack's nodes by slot, with what is taken of each.</summary>
    public static List<NodeSummary> NodesOf(RackView view)
    {
        var slots = view.Spec.Nodes;
        Span<(long Cpu, long Memory, long Gpu)> taken = stackalloc (long, long, long)[RackSpec.MaxNodes];
        var named = new Dictionary<string, long>?[RackSpec.MaxNodes];
        foreach (var allocation in view.Allocations)
        {
            foreach (var worker in allocation.Workers)
            {
                var shape = allocation.Shapes[worker.Role];
                ref var slot = ref taken[worker.Slot];
                slot.Cpu += shape.CpuMilli;
                slot.Memory += shape.MemoryMiB;
                slot.Gpu += (long)BitOperations.PopCount(worker.Gpus) * worker.GpuMilli;
                AddNamed(ref named[worker.Slot], shape.Extended);
            }
        }

        var nodes = new List<NodeSummary>(slots.Length);
        for (var i = 0; i < slots.Length; i++)
        {
            // A retired node leaves its slot behind, empty.
            var node = slots[i];
            if (node.IsVacant)
                continue;
            nodes.Add(new NodeSummary
            {
                Name = node.Name.Value,
                Rack = view.Spec.Rack.Value,
                Slot = i,
                Schedulable = (view.Schedulable >> i & 1) != 0,
                Gpus = node.Gpus,
                GpuModel = node.GpuModel,
                Capacity = CapacityOf(node),
                Allocated = new Resources { CpuMilli = taken[i].Cpu, MemoryMiB = taken[i].Memory, GpuMilli = taken[i].Gpu, Extended = ToContract(named[i]) },
                Domain = DomainOf(node),
            });
        }

        return nodes;
    }

    /// <param name="withTenants">Whose nodes are whose, and what happened to them, is for operators.</param>
    public static Node ToContract(NodeView view, bool withTenants) => new()
    {
        Name = view.Spec.Name.Value,
        Pool = view.Rack.Pool.Value,
        Rack = view.Rack.Value,
        State = view.State.ToString(),
        Reason = view.Reason,
        By = view.By,
        Since = view.Since,
        Gpus = view.Spec.Gpus,
        GpuModel = view.Spec.GpuModel,
        Capacity = CapacityOf(view.Spec),
        Labels = JobMapper.FromLabels(view.Spec.Labels),
        Taints = JobMapper.FromLabels(view.Spec.Taints),
        Domain = DomainOf(view.Spec),
        Preflight = view.Preflight.ToString(),
        Boot = string.IsNullOrEmpty(view.Life.Boot) ? null : view.Life.Boot,
        WaitsFor = withTenants ? view.WaitsFor : null,
        OutOfService = view.OutOfService,
        History = withTenants ? [.. view.Incidents.Select(i => new NodeEvent { At = i.At, From = i.From.ToString(), To = i.To.ToString(), By = i.By, Reason = i.Reason })] : null,
        Tenants = withTenants && !view.Spec.Tenants.IsEmpty ? [.. view.Spec.Tenants.Select(t => t.Value)] : null,
        Version = view.Version,
    };

    private static string? DomainOf(NodeSpec node) => node.Domain.Length == 0 ? null : node.Domain;

    private static string NameOf(RackId rack) => rack.Value[(rack.Value.IndexOf('/', StringComparison.Ordinal) + 1)..];

    private static Resources CapacityOf(NodeSpec node) =>
        new() { CpuMilli = node.CpuMilli, MemoryMiB = node.MemoryMiB, GpuMilli = (long)node.Gpus * WorkerShape.WholeGpu, Extended = ToContract(node.Extended) };

    /// <summary>Null when there is none.</summary>
    public static IReadOnlyDictionary<string, ResourceCount>? ToContract(IReadOnlyCollection<ExtendedAmount> amounts) => amounts.Count == 0 ? null
        : new SortedDictionary<string, ResourceCount>(amounts.ToDictionary(a => a.Name, a => new ResourceCount(ExtendedAmounts.Quantity(a))), StringComparer.Ordinal);

    private static IReadOnlyDictionary<string, ResourceCount>? ToContract(Dictionary<string, long>? amounts) =>
        amounts is null ? null : ToContract(amounts.Select(a => new ExtendedAmount(a.Key, a.Value)).ToList());

    private static void AddNamed(ref Dictionary<string, long>? sums, ImmutableArray<ExtendedAmount> amounts)
    {
        foreach (var (name, count) in amounts)
        {
            sums ??= new(StringComparer.Ordinal);
            sums[name] = sums.GetValueOrDefault(name) + count;
        }
    }

    private static Contracts.RackAllocation ToContract(Scheduling.Model.RackAllocation allocation) => new()
    {
        Job = allocation.Attempt.Job.Value,
        Attempt = allocation.Attempt.Number,
        Committed = allocation.Committed,
        Workers = allocation.Workers.Length,
    };

    private static Resources Sum(IEnumerable<Resources> parts)
    {
        long cpu = 0, memory = 0, gpu = 0;
        Dictionary<string, long>? named = null;
        foreach (var part in parts)
        {
            (cpu, memory, gpu) = (cpu + part.CpuMilli, memory + part.MemoryMiB, gpu + part.GpuMilli);
            if (part.Extended is { } extended)
                AddNamed(ref named, [.. extended.Select(e => new ExtendedAmount(e.Key, Validation.ExtendedResourcesValidator.CountOf(e.Key, e.Value)))]);
        }

        return new Resources { CpuMilli = cpu, MemoryMiB = memory, GpuMilli = gpu, Extended = ToContract(named) };
    }
}
