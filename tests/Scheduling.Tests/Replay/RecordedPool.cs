using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Quotas;
using Scheduling.Replay;
using Scheduling.Scaling;
using Scheduling.Tests.Pools;

namespace Scheduling.Tests.Replay;

/// <summary>
/// A pool that lives through random events as its grain lets it, beside a real quota tree, with its journal: what was made durable, in
/// stretches from snapshot to snapshot. It crashes and begins anew now and then, and what was not durable is lost.
/// </summary>
internal sealed class RecordedPool
{
    private static readonly JsonSerializerOptions Json = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, IgnoreReadOnlyProperties = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    };

    private static readonly PoolId Id = new("p");
    private readonly Random _random;
    private readonly Random _marks;
    private readonly QuotaTree _tree = new("c");
    private readonly Dictionary<string, RackView> _racks = [];
    private readonly List<(long Position, PoolSnapshot? Start, List<PoolEntry> Entries)> _journal = [(0, null, [])];
    private readonly PoolPolicy _policy;
    private PoolMachine _pool;
    private DateTimeOffset _now = Specs.Start;
    private int _jobs;
    private long _version = 1;

    public RecordedPool(int seed, PoolPolicy? policy = null)
    {
        (_random, _marks) = (new Random(seed), new Random(seed * 7));
        _policy = policy ?? new PoolPolicy { MinRuntime = TimeSpan.FromSeconds(30) };
        _pool = Machine();
        _pool.BeginEpoch(_now);
        Owe("c", new QuotaSpec { Nominal = Gpus(48), Limit = Gpus(56) });
        Owe("c/a", new QuotaSpec { Nominal = Gpus(24) });
        Owe("c/b", new QuotaSpec { Nominal = Gpus(16), Weight = 2, MaxPerUser = Gpus(24) });
        foreach (var name in new[] { "r", "s", "t" })
        {
            SeeRack(name, ulong.MaxValue);
        }

        Flush();
    }

    public static ReplayCodec Codec { get; } = new(e => JsonSerializer.SerializeToUtf8Bytes(e, Json), s => JsonSerializer.SerializeToUtf8Bytes(s, Json));

    /// <summary>What is stored.</summary>
    public IReadOnlyList<PoolHistory> History =>
    [
        .. _journal.Select(s => new PoolHistory { Pool = Id, Position = s.Position, Start = s.Start, Entries = [.. s.Entries] }),
    ];

    public int CountOf(PoolEntryKind kind) => _journal.Sum(s => s.Entries.Count(e => e.Kind == kind));

    public ReplayReport Replay() => PoolReplay.Run(History, Id, Codec);

    /// <summary>What the pool says when it is asked: of itself, and of everybody who is there.</summary>
    public string Said()
    {
        var said = new List<object?>
        {
            _pool.Pending, _pool.Placing, _pool.Running, _pool.GpuMilliPlacing, _pool.GpuMilliRunning, _pool.GpuMilliPromised, _pool.HasCalledOff, _pool.ClaimsDue, _pool.Capacity,
            _pool.PendingByReason().OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => $"{r.Key}: {r.Value}"), _pool.WithoutRoom(3, out var leftOut).Select(a => $"{a.Id}"), leftOut,
            _pool.ComingAndGoing.Select(a => $"{a.Id}"), _pool.OnTheirWay(3).Select(a => $"{a.Id}"), _pool.IdleRacks().Select(r => $"{r}"), _pool.FullQuotaLevels.Select(p => $"{p}"),
            _pool.WaitingHeads.Select(a => $"{a.Id}: {_pool.ReasonOf(a)} {_pool.HasRoom(a)}"), _pool.CountPending(new TenantId("a")),
        };
        said.AddRange(_pool.AttemptsAfter(null).Select(a => (object?)_pool.Explain(a.Id.Job, tenant => tenant.Value == "a")));
        said.AddRange(_racks.Values.Select(r => (object?)Compared(r)));
        return JsonSerializer.Serialize(said, Json);
    }

    public void Step()
    {
        switch (_random.Next(30))
        {
            case < 6:
                Submit();
                break;
            case < 14:
                Carry();
                break;
            case < 17:
                EndSome();
                break;
            case < 19:
                Claims();
                break;
            case < 23:
                // Clocks of different silos disagree now and then.
                _now += _random.Next(20) == 0 ? TimeSpan.FromSeconds(-_random.Next(90)) : TimeSpan.FromSeconds(_random.Next(240));
                _pool.Advance(_now);
                break;
            case 23:
                SeeRack(_racks.Keys.ElementAt(_random.Next(_racks.Count)), _random.Next(3) == 0 ? (ulong)_random.Next(16) : ulong.MaxValue);
                break;
            case 24:
                _pool.AskQuotaAgain();
                break;
            case 25:
                AskAbout();
                Mark();
                break;
            case 26:
                Flush();
                _pool.SaveLedger(_now);
                break;
            case 27 when _random.Next(8) == 0:
                Snapshot();
                break;
            case 28 when _random.Next(25) == 0:
                Crash();
                break;
            case 29 when _random.Next(40) == 0:
                Owe("c/a", new QuotaSpec { Nominal = Gpus(_random.Next(4) * 8), Weight = _random.Next(1, 4) });
                break;
        }

        _pool.CheckClaims();
    }

    /// <summary>Whom the pool misses, and whom it does not know, where a rack shows not all of what it has, and one that nobody placed.</summary>
    private string Compared(RackView rack)
    {
        var placed = _pool.AttemptsAfter(null).Where(a => a.Placement is { } p && p.Racks.Any(s => s.Rack == rack.Spec.Rack)).ToList();
        var shown = placed.Where((_, i) => i % 3 != 2).Select((a, i) => new RackAllocation
        {
            Attempt = a.Id, Plan = a.Plan + (i % 4 == 3 ? 1 : 0), Committed = i % 5 != 4, Workers = a.Placement!.Racks.Single(s => s.Rack == rack.Spec.Rack).Workers, Shapes = [.. a.Spec.Roles.Select(r => r.Shape)],
        });
        var stranger = new RackAllocation { Attempt = Specs.Attempt("stranger"), Plan = 1, Committed = true, Workers = [new WorkerSlot(0, 0, 0, 1, 1000)], Shapes = [new WorkerShape { CpuMilli = 1, MemoryMiB = 1, Gpus = 1 }] };
        var (missing, strangers) = _pool.Compare(rack with { Version = rack.Version + 1_000, Allocations = [.. shown, stranger] });
        return $"missing {string.Join(' ', missing.Select(a => a.Id))}, strange {string.Join(' ', strangers.Select(s => s.Attempt))}";
    }

    private PoolMachine Machine() => new(Id, new PoolLimits { MaxPlacing = 12 }, _policy);

    private static ImmutableArray<ResourceAmount> Gpus(int gpus) => [new ResourceAmount(ResourceNames.Gpu, gpus * 1000L)];

    private void Owe(string path, QuotaSpec spec)
    {
        if (_tree.DecideSpec(new QuotaPath(path), spec, _tree.Version, _now) is SpecDecision.Change change)
        {
            _tree.Apply(change.Entry);
            _pool.SetLevels(CohortLevels.Of("c", _tree.Version, _tree.Settings));
        }
    }

    private void SeeRack(string name, ulong schedulable)
    {
        _racks[name] = Specs.Rack(name, nodes: 3, version: ++_version, schedulable: schedulable);
        _pool.SeeRack(_racks[name]);
        _pool.AdvanceRack(_racks[name].Spec.Rack, ++_version);
    }

    private void Submit()
    {
        var back = _random.Next(6) == 0 && _jobs > 0 ? $"j{_random.Next(_jobs)}" : $"j{_jobs++}";
        var number = (_pool.FindJob(new JobId(back))?.Id.Number ?? 0) + 1;
        var spec = Specs.Job(_random.Next(1, 4), _random.Next(4) == 0 ? _random.Next(1, 8) : 8, _random.Next(3) * 100, _random.Next(2) == 0 ? "a" : "b", $"u{_random.Next(2)}") with
        {
            TimeLimit = TimeSpan.FromSeconds(_random.Next(60, 6000)),
            Checkpoint = _random.Next(2) == 0 ? new CheckpointRule { Grace = TimeSpan.FromSeconds(30) } : null,
        };
        _pool.Advance(_now);
        _pool.Enqueue(Specs.Attempt(back, number), spec, _now - TimeSpan.FromSeconds(_random.Next(3000)));
    }

    /// <summary>A planning round: each attempt is charged, and then committed, put back, or left in doubt.</summary>
    private void Carry()
    {
        _pool.Advance(_now);
        var planned = _pool.Plan(_random.Next(1, 6)).Concat(_pool.AttemptsAfter(null).Where(a => a.Stage == AttemptStage.Placing && _random.Next(2) == 0)).Distinct().ToList();
        Flush();
        foreach (var attempt in planned)
        {
            var charge = new QuotaCharge { Attempt = attempt.Id, Path = attempt.Spec.Quota, Amounts = attempt.Amounts, Plan = attempt.Plan, User = attempt.Spec.User, Priority = attempt.Spec.Priority };
            var decision = _tree.DecideCharge(charge, _now);
            if (decision is ChargeDecision.Refuse { Refusal: var refusal })
            {
                _pool.BeginUndo(attempt.Ref);
                Flush();
                if (refusal.Owed)
                {
                    _tree.Earmark(charge, _now.AddMinutes(1));
                }

                PutBack(attempt, refusal);
            }
            else if (_random.Next(10) == 0)
            {
                _pool.BeginUndo(attempt.Ref);
                PutBack(attempt, null);
            }
            else if (_random.Next(10) > 0)
            {
                if (decision is ChargeDecision.Change change)
                {
                    _tree.Apply(change.Entry);
                }

                _pool.Commit(attempt.Ref);
            }
        }
    }

    private void PutBack(PoolAttempt attempt, QuotaRefusal? refusal)
    {
        Refund(attempt);
        _pool.Abort(attempt.Ref, refusal);
    }

    private void Refund(PoolAttempt attempt)
    {
        if (_tree.DecideRefund(attempt.Ref, _now) is { } refund)
        {
            _tree.Apply(refund);
        }
    }

    private void EndSome()
    {
        foreach (var attempt in _pool.AttemptsAfter(null).Where(a => a.Stage != AttemptStage.Placing && _random.Next(8) == 0).ToList())
        {
            if (attempt.EvictedFor is not null || _random.Next(3) == 0)
            {
                _pool.Checkpoint(attempt.Id, _now.AddSeconds(30));
                _pool.Stop(attempt.Id);
                _pool.End(attempt.Id, comesBack: attempt.EvictedFor is not null);
            }
            else
            {
                _pool.Checkpointed(attempt.Id, _now);
            }
        }

        foreach (var freeing in _pool.TakeFreeing())
        {
            Refund(freeing);
            _pool.Free(freeing.Ref);
            for (QuotaPath? path = freeing.Spec.Quota; path is { } level; path = level.Parent)
            {
                _pool.QuotaFreed(level);
            }
        }

        _pool.TakeLetGo();
    }

    private void Claims()
    {
        foreach (var head in _pool.HeadsToHelp())
        {
            _pool.SeeOutlook(head.Id, _tree.Foresee(_pool.ChargeOf(head), [], _now));
        }

        foreach (var asked in _pool.WhoMayBorrow())
        {
            _pool.SeeBorrowing(asked, asked.Select(a => a.Id).Where(_tree.IsBorrowing).ToHashSet());
        }

        _pool.Advance(_now);
        _pool.PlanClaims();
        Flush();
        foreach (var claim in _pool.ClaimsToConfirm(standing: true))
        {
            _pool.Confirm(claim.For, _tree.Foresee(_pool.ChargeOf(_pool.Find(claim.For)!), _pool.GoneFor(claim), _now));
        }

        foreach (var (victim, _) in _pool.WantedEvictions().ToList())
        {
            victim.PreemptionAsked = true;
        }
    }

    /// <summary>Machines that were bought for some of those that wait, whether or not they are there.</summary>
    private void Mark()
    {
        _pool.Advance(_now);
        _pool.SetEarmarks([.. _pool.WithoutRoom(2, out _).Select(a => new MachineEarmark
        {
            For = a.Id, Until = _now.AddMinutes(_marks.Next(-1, 12)), Nodes = [.. Enumerable.Range(0, 2).Select(_ => new NodeId($"{_racks.Keys.ElementAt(_marks.Next(_racks.Count))}-n{_marks.Next(4)}"))],
        })]);
    }

    /// <summary>Who only asks changes nothing that is decided.</summary>
    private void AskAbout()
    {
        foreach (var attempt in _pool.AttemptsAfter(null).Where(_ => _random.Next(4) == 0).ToList())
        {
            _pool.Explain(attempt.Id.Job, _ => true);
        }

        _pool.ReviewClaims();
        _pool.Account(_now);
    }

    private void Flush() => _journal[^1].Entries.AddRange(_pool.TakeEntries());

    public void Snapshot()
    {
        Flush();
        _journal.Add((_journal[^1].Position + _journal[^1].Entries.Count, _pool.ToSnapshot(), []));
    }

    public void Crash()
    {
        _pool = Machine();
        var (position, start, entries) = _journal[^1];
        if (start is not null)
        {
            _pool.Restore(start);
        }

        entries.ForEach(_pool.Replay);
        _pool.BeginEpoch(_now, position);
        foreach (var rack in _racks.Values)
        {
            _pool.SeeRack(rack with { Version = ++_version });
        }

        _pool.AttachClaims();
        Flush();
    }
}
