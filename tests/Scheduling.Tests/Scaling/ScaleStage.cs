using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Scaling;

namespace Scheduling.Tests.Scaling;

/// <summary>A pool, its scale sets and its queue, set up by tests in a few words. Plans are carried out at once; machines join when told.</summary>
internal sealed class ScaleStage
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);
    private static readonly PoolId s_pool = new("gpu");

    private readonly List<OfferedSet> _sets = [];
    private readonly HashSet<NodeId> _busy = [];
    private readonly HashSet<NodeId> _closed = [];
    private readonly Dictionary<NodeId, DateTimeOffset> _idleSince = [];
    private readonly Dictionary<AttemptId, DateTimeOffset> _unmetSince = [];
    private readonly Dictionary<AttemptId, MachineEarmark> _earmarks = [];
    private int _numbers;

    /// <summary>As the pool would keep them.</summary>
    public IReadOnlyDictionary<AttemptId, MachineEarmark> Earmarks => _earmarks;

    public List<PendingGang> Gangs { get; } = [];

    public ScalePolicy Policy { get; set; } = new();

    public DateTimeOffset Now { get; set; } = Noon;

    public int RecentDeletions { get; set; }

    /// <summary>Jobs with machines of their own that quota would refuse by now.</summary>
    public List<string> NoLongerAdmitted { get; } = [];

    /// <summary>Jobs with machines of their own that are just being placed.</summary>
    public List<string> Placing { get; } = [];

    public IReadOnlyList<OfferedSet> Sets => _sets;

    public ScaleStage Set(string name, int ceiling = 100, Func<ScaleOffer, ScaleOffer>? with = null, string kind = "H100", long? cores = null)
    {
        var offer = new ScaleOffer
        {
            Set = name, Offering = new OfferingKey(kind, "westeurope", false), Block = name, Ceiling = ceiling, RackSize = 16, PricePerHour = 10, CoresPerMachine = 96,
            Node = new NodeSpec { Name = new NodeId(""), CpuMilli = 96_000, MemoryMiB = 1_900_000, Gpus = 8, GpuModel = kind },
        };
        _sets.Add(new OfferedSet
        {
            Offer = with?.Invoke(offer) ?? offer, CoresLeft = cores, State = new ScaleSetState { Spec = new ScaleSetSpec { Id = name, Pool = s_pool, Ceiling = ceiling } },
        });
        return this;
    }

    public ScaleStage Gang(string job, int nodes, TopologyLevel required = TopologyLevel.None, string? model = null, params ImmutableArray<ExtendedAmount> extended)
    {
        Gangs.Add(new PendingGang
        {
            Attempt = new AttemptId(new JobId(job), 1),
            Spec = new JobSpec
            {
                Name = job, Tenant = new TenantId("t"), User = "u", Quota = new QuotaPath("c/t"), Pool = s_pool, Topology = new TopologyRule { Required = required },
                Roles = [new RoleSpec { Name = "w", Count = nodes, Shape = new WorkerShape { CpuMilli = 1000, MemoryMiB = 1000, Gpus = 8, GpuModels = model is null ? [] : [model], Extended = extended } }],
            },
        });
        return this;
    }

    public int Wanted(string set) => Find(set).State.Wanted;

    public ScaleStage Refused(string set, ScaleFailure failure, TimeSpan wait) =>
        Change(set, s => s with { State = s.State with { BackOff = new ScaleSetBackOff { Failure = failure, Failures = 1, Until = Now + wait } } });

    /// <summary>The cloud gives this set machines up to what is wanted, or fewer: they have names and are no nodes yet.</summary>
    public ScaleStage Appear(string set, int most = int.MaxValue) => Create(set, most, joined: false);

    /// <summary>The first so many machines that are no nodes become nodes; where there are none, they come and are nodes in an instant.</summary>
    public ScaleStage Join(string set, int most = int.MaxValue)
    {
        var coming = Find(set).Instances.Where(i => !i.HasJoined).Take(most).Select(i => i.Id).ToHashSet();
        return coming.Count == 0 ? Create(set, most, joined: true)
            : Change(set, s => s with { Instances = [.. s.Instances.Select(i => coming.Contains(i.Id) ? i with { HasJoined = true } : i)] });
    }

    public ScaleStage JoinOnly(string set, params string[] nodes) =>
        Change(set, s => s with { Instances = [.. s.Instances.Select(i => i with { HasJoined = i.HasJoined || nodes.Contains(i.Node.Value) })] });

    /// <summary>Of the gang's own machines, by name.</summary>
    public string[] Own(string job) => _earmarks.TryGetValue(new AttemptId(new JobId(job), 1), out var mark) ? [.. mark.Nodes.Select(n => n.Value)] : [];

    /// <summary>It has started or is over, as far as the pool is concerned.</summary>
    public ScaleStage Gone(string job)
    {
        var attempt = new AttemptId(new JobId(job), 1);
        _earmarks.Remove(attempt);
        Gangs.RemoveAll(g => g.Attempt == attempt);
        return this;
    }

    private ScaleStage Create(string set, int most, bool joined) => Change(set, s =>
    {
        var missing = Math.Min(most, s.State.Wanted - s.Instances.Length);
        return s with
        {
            Instances = s.Instances.AddRange(Enumerable.Range(0, Math.Max(0, missing)).Select(_ => new ScaleSetInstance
            {
                Id = $"{_numbers}", Node = new NodeId($"n{_numbers++:d5}"), State = InstanceState.Running, CreatedAt = Now, HasJoined = joined,
            })),
        };
    });

    /// <summary>The first waiting gang starts on so many idle nodes of a set.</summary>
    public ScaleStage Start(string job, string set)
    {
        var gang = Gangs.Single(g => g.Attempt.Job.Value == job);
        Gangs.Remove(gang);
        foreach (var node in Find(set).Instances.Select(i => i.Node).Where(n => !_busy.Contains(n)).Take(gang.Spec.TotalWorkers).ToList())
        {
            _busy.Add(node);
        }

        return this;
    }

    /// <summary>Cores that these sets share.</summary>
    public ScaleStage Share(string name, long cores, params string[] sets)
    {
        foreach (var set in sets)
        {
            Change(set, s => s with { Quotas = [.. s.Quotas.Where(q => q.Name != name), new SharedQuota(name, cores)] });
        }

        return this;
    }

    /// <summary>Something is under way in the cloud.</summary>
    public ScaleStage Unsettled(string set, bool unsettled = true) => Change(set, s => s with { IsSettled = !unsettled });

    public ScaleStage End()
    {
        _busy.Clear();
        return this;
    }

    public ScaleStage Busy(string set, params int[] machines)
    {
        _busy.UnionWith(machines.Select(m => Find(set).Instances[m].Node));
        return this;
    }

    /// <summary>Machines that are nodes and take no work.</summary>
    public ScaleStage Closed(string set, params int[] machines)
    {
        _closed.UnionWith(machines.Select(m => Find(set).Instances[m].Node));
        return this;
    }

    public ScaleScene Scene()
    {
        foreach (var node in _sets.SelectMany(s => s.Instances).Where(i => i.HasJoined).Select(i => i.Node))
        {
            if (_busy.Contains(node))
            {
                _idleSince.Remove(node);
            }
            else
            {
                _idleSince.TryAdd(node, Now);
            }
        }

        return new ScaleScene
        {
            Now = Now, Policy = Policy, Sets = [.. _sets], RecentDeletions = RecentDeletions, IdleSince = _idleSince.ToImmutableDictionary(),
            UnmetSince = _unmetSince.ToImmutableDictionary(),
            Demand = new ScaleDemand
            {
                Version = 1, Gangs = [.. Gangs], Earmarks = [.. _earmarks.Values], Racks = [.. _sets.SelectMany(RacksOf)],
                NoLongerAdmitted = [.. NoLongerAdmitted.Select(j => new AttemptId(new JobId(j), 1))], Placing = [.. Placing.Select(j => new AttemptId(new JobId(j), 1))],
            },
        };
    }

    /// <summary>Plans and carries it out.</summary>
    public ScalePlan Plan()
    {
        var plan = ScalePlanner.Plan(Scene());
        foreach (var mark in plan.Earmarks)
        {
            _earmarks.Remove(mark.For);
            if (!mark.Nodes.IsEmpty)
            {
                _earmarks.Add(mark.For, mark);
            }
        }

        foreach (var unmet in plan.Unmet)
        {
            _unmetSince.TryAdd(unmet.Attempt, Now);
        }

        foreach (var want in plan.Wants)
        {
            Change(want.Set, s => s with { State = s.State with { Wanted = want.Capacity } });
        }

        foreach (var gone in plan.Returns)
        {
            Change(gone.Set, s => s with { Instances = s.Instances.RemoveAll(i => i.Id == gone.Instance), State = s.State with { Wanted = s.State.Wanted - 1 } });
        }

        return plan;
    }

    private IEnumerable<IdleRack> RacksOf(OfferedSet set) => set.Instances.Where(i => i.HasJoined).Chunk(set.Offer.RackSize).Select((machines, number) => new IdleRack
    {
        Spec = new RackSpec
        {
            Rack = RackId.Of(s_pool, $"{set.Offer.Set}-{number}"), Block = set.Offer.Block, Spares = set.Offer.Spares, Nodes = [.. machines.Select(m => set.Offer.Node with { Name = m.Node })],
        },
        Idle = machines.Select((m, slot) => _busy.Contains(m.Node) || _closed.Contains(m.Node) ? 0 : 1UL << slot).Aggregate(0UL, (a, b) => a | b),
        Closed = machines.Select((m, slot) => _closed.Contains(m.Node) ? 1UL << slot : 0).Aggregate(0UL, (a, b) => a | b),
    });

    private OfferedSet Find(string set) => _sets.Single(s => s.Offer.Set == set);

    private ScaleStage Change(string set, Func<OfferedSet, OfferedSet> change)
    {
        var at = _sets.FindIndex(s => s.Offer.Set == set);
        _sets[at] = change(_sets[at]);
        return this;
    }
}
