using Scheduling.Model;
using Scheduling.Placement;
using Scheduling.Placement.Policies;

namespace Scheduling.Tests.Placement;

/// <summary>
/// A placement index and all that can happen to one, beside a plain book of what is there. Everything follows from the kind and the seed. Of a kind are
/// the nodes and the gangs: wide nodes, many racks, big racks, nodes of a thousand kinds, gangs of hundreds of shapes, rules, policies.
/// </summary>
internal sealed class PlacementLife
{
    private static readonly TenantId Acme = new("acme");
    private static readonly JobId[] Sets = [new("set0"), new("set1")];

    private readonly string _kind;
    private readonly Random _random;
    private readonly RandomPool _make;
    private readonly IScoringPolicy? _policy;
    private readonly PlacementIndex _index;
    private readonly SortedDictionary<string, (RackSpec Spec, ulong Told)> _racks = new(StringComparer.Ordinal);
    private readonly List<(RackSpec Spec, ulong Told)> _gone = [];
    private readonly List<(GangPlacement Placement, GangRequest Request)> _live = [];
    private readonly List<(JobId Set, RackSlice Slice)> _joined = [];
    private readonly List<(RackId Rack, int Slot)> _whole = [];
    private readonly PlacementBuffer _buffer = new();
    private (GangPlacement Placement, GangRequest Request)? _buffered;
    private readonly List<GangRequest> _asked = [];
    private int _names;

    public PlacementLife(string kind, int seed)
    {
        (_kind, _random) = (kind, new Random(seed));
        _make = new RandomPool(_random);
        _policy = ScoringPolicies.ByName.GetValueOrDefault(kind);
        _index = new PlacementIndex(_policy);
        var racks = kind switch { "many" => 150, "big" => 14, "huge" => 4_300, _ => 0 };
        foreach (var rack in racks > 0 ? Enumerable.Range(0, racks).Select(r => Rack($"b{r * 9 / racks}", $"r{r:d4}", Nodes())) : _make.Racks().Select(r => Rack(r.Block, r.Rack.Value["pool/".Length..], Nodes())))
            Set(rack, _random.Next(3) == 0 ? Mask() : ulong.MaxValue);
    }

    public int Placed { get; private set; }

    public int Refused { get; private set; }

    /// <summary>Everything that was ever answered.</summary>
    public ulong Sum { get; private set; }

    public void Live(int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            for (var change = _random.Next(_kind == "kinds" ? 12 : 4); change >= 0; change--) Change();
            Place();
            if (step % 4 == 3) Look();
        }
    }

    /// <summary>Asks everything, and the same of an index that was made just now.</summary>
    private void Look()
    {
        var fresh = new PlacementIndex(_policy);
        foreach (var rack in _racks.Values.Reverse()) fresh.SetRack(View(rack));
        foreach (var (rack, slot) in _whole) Assert.True(fresh.TakeWhole(rack, slot));
        foreach (var (set, slice) in _joined) fresh.JoinSet(set, slice);
        Assert.Equal(Pool(fresh), Pool(_index));
        for (var i = 0; i < 3; i++)
        {
            var request = Request();
            var scope = Scope();
            var said = Said(_index, request, scope, places: true);
            Sum = Records.Sum(Sum, said);
            var learns = _policy is { UsesDemand: true };
            Assert.Equal(Said(fresh, request with { }, scope, places: !learns), learns ? Said(_index, request, scope, places: false) : said);
        }

        Sum = Records.Sum(Sum, Pool(_index));
    }

    private string Pool(PlacementIndex index) =>
        $"{index.Totals} {string.Join(' ', index.Racks)} {string.Join(' ', _racks.Values.Select(r => $"{index.IdleNodes(r.Spec.Rack):x} {index.ClosedNodes(r.Spec.Rack):x}"))}";

    private static string Said(PlacementIndex index, GangRequest request, PlacementScope scope, bool places)
    {
        var said = $"{index.CouldFitNow(request)} {index.Fits(request)} {index.Fits(request, scope)} {index.CouldFitEmpty(request)} {index.WhyNever(request)?.Message} {index.Diagnose(request).Message}";
        if (!places) return said;
        if (index.TryPlace(request, scope) is { } there)
        {
            index.Release(there, request.Roles);
            said += $" within {Text(there)}";
        }

        switch (index.TryPlace(request))
        {
            case PlacementAnswer.Placed placed:
                index.Release(placed.Placement, request.Roles);
                return $"{said} at {Text(placed.Placement)}";
            case PlacementAnswer.NoRoom no: return $"{said} no {no.Why.Message}";
            case PlacementAnswer.Never never: return $"{said} never {never.Why.Message}";
            default: throw new InvalidOperationException();
        }
    }

    private static string Text(GangPlacement placement) => string.Join(' ', placement.Racks.Select(r => $"{r.Rack}:{string.Join(',', r.Workers.Select(w => $"{w.Role} {w.Rank} {w.Slot} {w.Gpus:x} {w.GpuMilli}"))}"));

    private void Place()
    {
        var request = Request();
        Sum = Records.Sum(Sum, _index.CouldFitNow(request) ? "+" : "-");
        if (_buffered is null && _random.Next(3) == 0)
        {
            if (!_index.TryPlace(request, _buffer)) return;
            _buffered = (_buffer.ToPlacement(), request);
            Sum = Records.Sum(Sum, $"{Text(_buffered.Value.Placement)} {_buffer.WorkerCount} {_buffer.Workers.Length} {_buffer.SliceCount}");
            return;
        }

        if (_index.TryPlace(request) is not PlacementAnswer.Placed { Placement: var placement })
        {
            Refused++;
            return;
        }

        Placed++;
        _live.Add((placement, request));
        Sum = Records.Sum(Sum, Text(placement));
    }

    private void Change()
    {
        var (name, rack) = _racks.Count == 0 ? default : _racks.ElementAt(_random.Next(_racks.Count));
        if (_racks.Count == 0 || (_gone.Count > 0 && _random.Next(3) == 0))
        {
            var back = _gone[_random.Next(_gone.Count)];
            _gone.Remove(back);
            Set(back.Spec, back.Told);
            return;
        }

        switch (_random.Next(12))
        {
            case < 3: Release(); break;
            case 3:
                _racks[name] = (rack.Spec, Mask());
                _index.SetSchedulable(rack.Spec.Rack, _racks[name].Told);
                break;
            case 4: Set(rack.Spec, rack.Told); break;
            case 5:
                _index.RemoveRack(rack.Spec.Rack);
                Forget(name);
                _gone.Add(rack);
                break;
            case 6 or 7: Set(Rack(_random.Next(4) == 0 ? "b1" : rack.Spec.Block, name["pool/".Length..], Nodes()), rack.Told); break;
            case 8: Whole(rack.Spec); break;
            case 9: Join(rack.Spec); break;
            case 10: Try(); break;
            default:
                if (_buffered is null) return;
                _index.Release(_buffer);
                _buffered = null;
                break;
        }
    }

    private void Release()
    {
        if (_live.Count == 0) return;
        var at = _random.Next(_live.Count);
        var (placement, request) = _live[at];
        _live.RemoveAt(at);
        if (_random.Next(2) == 0) _index.Release(placement, request.Roles);
        else foreach (var slice in placement.Racks) _index.ReleaseSlice(slice, [.. request.Roles.Select(r => r.Shape)]);
        if (_random.Next(5) > 0 || placement.Racks.Any(r => !_racks.ContainsKey(r.Rack.Value))) return;
        _index.Take(placement, request.Roles);
        _live.Add((placement, request));
    }

    private void Whole(RackSpec rack)
    {
        var slot = _random.Next(rack.Nodes.Length);
        if (_whole.Remove((rack.Rack, slot))) _index.ReleaseWhole(rack.Rack, slot);
        else if (_index.TakeWhole(rack.Rack, slot)) _whole.Add((rack.Rack, slot));
    }

    private void Join(RackSpec rack)
    {
        if (_joined.Count > 0 && _random.Next(2) == 0)
        {
            var at = _random.Next(_joined.Count);
            _index.LeaveSet(_joined[at].Set, _joined[at].Slice);
            _joined.RemoveAt(at);
            return;
        }

        var slice = new RackSlice { Rack = rack.Rack, Workers = [.. Enumerable.Range(0, _random.Next(1, 4)).Select(i => new WorkerSlot(0, i, _random.Next(rack.Nodes.Length), 0, 1000))] };
        _joined.Add((Sets[_random.Next(2)], slice));
        _index.JoinSet(_joined[^1].Set, slice);
    }

    /// <summary>What is tried is undone, but for what is kept.</summary>
    private void Try()
    {
        using var trial = _index.BeginTrial();
        var ended = _live.Count > 0 && _random.Next(2) == 0 ? _live[_random.Next(_live.Count)] : default;
        if (ended.Placement is not null) trial.Release(ended.Placement, ended.Request.Roles);
        var mark = trial.Mark;
        var request = Request();
        Sum = Records.Sum(Sum, $"{trial.Fits(request)} {trial.Fits(request, Scope())}");
        var placed = trial.TryPlace(request, _random.Next(2) == 0 ? Scope() : null);
        if (ended.Placement is not null) Sum = Records.Sum(Sum, $"{trial.TryTake(ended.Placement, ended.Request.Roles)}");
        if (_random.Next(2) == 0) trial.UndoTo(mark);
        else if (placed is not null && ended.Placement is null && _random.Next(2) == 0)
        {
            trial.Keep();
            _live.Add((placed, request));
        }
    }

    private void Set(RackSpec rack, ulong told)
    {
        Forget(rack.Rack.Value);
        _racks[rack.Rack.Value] = (rack, told);
        _index.SetRack(View((rack, told)));
    }

    private void Forget(string name)
    {
        _whole.RemoveAll(w => w.Rack.Value == name);
        _racks.Remove(name);
    }

    private RackView View((RackSpec Spec, ulong Told) rack) => new()
    {
        Spec = rack.Spec, Schedulable = rack.Told, Version = 1, Epoch = 1,
        Allocations =
        [
            .. from live in _buffered is { } held ? _live.Append(held) : _live
               from slice in live.Placement.Racks
               where slice.Rack == rack.Spec.Rack
               select new RackAllocation { Attempt = new AttemptId(new JobId("job"), ++_names), Plan = 1, Committed = true, Workers = slice.Workers, Shapes = [.. live.Request.Roles.Select(r => r.Shape)] },
        ],
    };

    private ulong Mask() => (ulong)_random.NextInt64() | (ulong)_random.NextInt64() << 1 | (_random.Next(2) == 0 ? ulong.MaxValue : 0);

    private int Nodes() => _kind switch { "many" => _random.Next(1, 4), "big" or "kinds" => _random.Next(20, 65), "huge" => 1, _ => _random.Next(1, 9) };

    private RackSpec Rack(string block, string name, int nodes)
    {
        var rack = _make.Rack(block, name, nodes, uniform: _random.Next(4) == 0);
        return rack with
        {
            Spares = _kind == "ruled" && _random.Next(3) == 0 ? _random.Next(1, 3) : 0,
            Nodes = [.. rack.Nodes.Select((n, slot) => Node(n, slot, name))],
        };
    }

    private NodeSpec Node(NodeSpec node, int slot, string rack) => _kind switch
    {
        "wide" when _random.Next(2) == 0 => node with { Gpus = node.Gpus == 0 ? 0 : _random.GetItems([12, 16, 33, 58, 64], 1)[0], GpuModel = node.Gpus == 0 ? "" : "H100", CpuMilli = 256_000 },
        "kinds" => node with { Labels = node.Labels.Add(new Label("host", $"{rack}-{slot}-{++_names}")) },
        "ruled" => node with { Domain = $"d{slot / 2}", Tenants = _random.Next(7) == 0 ? [Acme] : [] },
        "small" when _random.Next(9) == 0 => new NodeSpec { Name = new NodeId(""), Gpus = 0, GpuModel = "", CpuMilli = 0, MemoryMiB = 0 },
        _ => node,
    };

    private PlacementScope Scope()
    {
        var some = _racks.Values.Where(_ => _random.Next(2) == 0).Select(r => r.Spec.Rack).Append(new RackId("pool/none")).ToList();
        return _random.Next(5) switch
        {
            0 => PlacementScope.OnRacks(some),
            1 => PlacementScope.OnRack(some[0]),
            2 => PlacementScope.InBlock($"b{_random.Next(3)}"),
            3 => PlacementScope.OnNodes(some.Concat(some).Select(r => (r, (ulong)_random.Next(256)))),
            _ => PlacementScope.Without(some.Concat(some).Select(r => (r, (ulong)_random.Next(16)))),
        };
    }

    /// <summary>A new one, or one that was asked before.</summary>
    private GangRequest Request()
    {
        if (_asked.Count > 0 && _random.Next(4) == 0) return _asked[_random.Next(_asked.Count)];
        _asked.Add(New());
        return _asked[^1];
    }

    private GangRequest New()
    {
        var request = _make.Request(_random.Next(3) == 0 ? 3 : 1);
        return _kind switch
        {
            "wide" => request with { Roles = [.. request.Roles.Select(r => _random.Next(2) == 0 ? r : r with { Count = _random.Next(1, 4), Shape = r.Shape with { Gpus = Math.Max(1, _random.Next(65)), GpuMilli = 1000, GpuModels = [] } })] },
            "shapes" => request with { Roles = [.. request.Roles.Select(r => r with { Shape = r.Shape with { CpuMilli = r.Shape.CpuMilli + _random.Next(100) } })] },
            "big" when _random.Next(2) == 0 => request with { Roles = [.. request.Roles.Select(r => r with { Count = _random.Next(1, 1_500), Shape = r.Shape with { Gpus = 1, GpuMilli = 1000, CpuMilli = 1000 * _random.Next(3), GpuModels = [] } })] },
            "many" or "huge" or "big" => request with { Roles = [.. request.Roles.Select(r => r with { Count = _random.Next(4) == 0 ? r.Count * 20 : r.Count })] },
            "ruled" => Ruled(request),
            _ when _policy is not null && _random.Next(4) > 0 => request with { Roles = [request.Roles[0] with { Count = 1 }] },
            _ => request,
        };
    }

    private GangRequest Ruled(GangRequest request)
    {
        TopologyLevel Level() => TopologyLevels.FromTightest[_random.Next(4)];
        var size = _random.Next(1, 4);
        return request with
        {
            Roles =
            [
                .. request.Roles.Select(r => r with
                {
                    Count = _random.Next(8) == 0 ? r.Count : size * Math.Max(1, r.Count / size / 2), Slices = _random.Next(2) == 0 ? new SliceRule { Size = size, Level = Level() } : null,
                    AntiAffinity = _random.Next(3) == 0 ? new AntiAffinityRule { Level = Level(), MaxPerDomain = _random.Next(1, 4) } : null,
                }),
            ],
            Topology = new TopologyRule { Required = _random.Next(2) == 0 ? TopologyLevel.None : Level(), Preferred = TopologyLevels.FromTightest[_random.Next(5)] },
            Tenant = _random.Next(2) == 0 ? Acme : new TenantId("other"),
            Spread = _random.Next(3) == 0 ? new SpreadGroup(Sets[_random.Next(2)], Level(), Required: _random.Next(2) == 0) : null,
            MayUseSpares = _random.Next(4) == 0,
        };
    }
}
