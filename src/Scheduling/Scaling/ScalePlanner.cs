using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Placement;

namespace Scheduling.Scaling;

/// <summary>
/// From gangs without room to machines: whole gangs in order, each on what is idle or on its way, or else on the fewest machines of the first set that
/// can complete it, or of several sets together. What nobody needs is returned. The same scene gives the same plan, and a plan that was carried out gives nothing new.
/// </summary>
public sealed class ScalePlanner
{
    private readonly ScaleScene _scene;
    private readonly ScaleYard _yard;
    private readonly int[] _there;
    private readonly int[] _present;
    private readonly int[] _ordered;
    private readonly string?[] _barred;
    private readonly ImmutableArray<ServedGang>.Builder _served = ImmutableArray.CreateBuilder<ServedGang>();
    private readonly ImmutableArray<UnmetGang>.Builder _unmet = ImmutableArray.CreateBuilder<UnmetGang>();
    private readonly ScaleEarmarks _earmarks;
    private readonly Dictionary<string, long> _coresOrdered = new(StringComparer.Ordinal);
    private int _machines;
    private decimal _cost;

    private ScalePlanner(ScaleScene scene)
    {
        (_scene, _yard, _earmarks) = (scene, new ScaleYard(scene), new ScaleEarmarks(scene));
        (_there, _present, _ordered) = (new int[Sets.Length], new int[Sets.Length], new int[Sets.Length]);
        _barred = [.. Sets.Select(BarOf)];
        for (var set = 0; set < Sets.Length; set++)
        {
            var going = Sets[set].State.Removals.Select(r => r.Instance).ToHashSet(StringComparer.Ordinal);
            var staying = Sets[set].Instances.Where(i => i.State != InstanceState.Deleting && !going.Contains(i.Id)).ToList();
            (_there[set], _present[set]) = (staying.Count, staying.Count(i => _yard.Present.Contains(i.Node)));
            Count(set, Math.Max(Sets[set].State.Wanted, staying.Count) + going.Count);
        }
    }

    private ImmutableArray<OfferedSet> Sets => _scene.Sets;

    public static ScalePlan Plan(ScaleScene scene)
    {
        var planner = new ScalePlanner(scene);
        foreach (var gang in scene.Demand.Gangs)
        {
            planner.Serve(gang);
        }

        planner._yard.Serve(default);
        foreach (var rule in scene.Policy.Warm.Where(r => r.Holds(scene.Now)))
        {
            planner.Warm(rule);
        }

        return planner.Finish();
    }

    private void Serve(PendingGang gang)
    {
        var request = GangRequest.Of(gang.Spec);
        _yard.Serve(gang.Attempt);
        if ((_yard.TryTake(request) ?? _yard.TryExchange(gang.Attempt, request)) is { } taking)
        {
            Served(gang.Attempt, taking, []);
            return;
        }

        List<string> reasons = [];
        if (Complete(request, reasons) is { } ordered && _yard.TryTake(request) is { } bought)
        {
            Served(gang.Attempt, bought, [.. ordered.Select(o => (Sets[o.Set].Offer.Set, o.Machines))]);
            return;
        }

        _earmarks.Unmet(gang.Attempt);
        _unmet.Add(new UnmetGang(gang.Attempt, reasons.Count == 0 ? "the pool has no scale set" : string.Join("; ", reasons.Distinct())));
    }

    private void Served(AttemptId gang, ScaleYard.Taking taking, ImmutableArray<(string Set, int Machines)> ordered)
    {
        _served.Add(new ServedGang(gang, ordered));
        _earmarks.Served(gang, taking);
        _yard.LetGo(gang);
    }

    /// <summary>Orders what is missing, if that completes the gang.</summary>
    private List<(int Set, int Machines)>? Complete(GangRequest request, List<string> reasons)
    {
        // 1. The first set that can do it alone.
        for (var set = 0; set < Sets.Length; set++)
        {
            var most = MostOf(set, reasons);
            if (most > 0 && Fewest(set, most, request) is { } machines)
            {
                Order(set, machines);
                return [(set, machines)];
            }

            if (most > 0)
            {
                reasons.Add($"{Sets[set].Offer.Offering}: {most} more cannot complete it");
            }
        }

        // 2. Several together, each as far as it goes, the last no further than needed. Limits that they share are counted as they are used.
        List<(int Set, int Machines)> together = [];
        var (machinesBefore, costBefore) = (_machines, _cost);
        for (var set = 0; set < Sets.Length; set++)
        {
            var most = MostOf(set, null);
            if (most == 0)
            {
                continue;
            }

            var fewest = Fewest(set, most, request);
            _yard.Offer(set, fewest ?? most);
            Count(set, fewest ?? most);
            together.Add((set, fewest ?? most));
            if (fewest is not null)
            {
                (_machines, _cost) = (machinesBefore, costBefore);
                together.ForEach(t => Order(t.Set, t.Machines));
                return together;
            }
        }

        (_machines, _cost) = (machinesBefore, costBefore);
        together.ForEach(t => _yard.Offer(t.Set, 0));
        return null;
    }

    /// <summary>The fewest machines of this set with which the gang fits; null: not with all of them. The set is as before.</summary>
    private int? Fewest(int set, int most, GangRequest request)
    {
        int tooFew = 0, enough = most;
        if (!FitsWith(set, most, request))
        {
            _yard.Offer(set, 0);
            return null;
        }

        while (enough - tooFew > 1)
        {
            var middle = tooFew + ((enough - tooFew) / 2);
            (tooFew, enough) = FitsWith(set, middle, request) ? (tooFew, middle) : (middle, enough);
        }

        _yard.Offer(set, 0);
        return enough;
    }

    private bool FitsWith(int set, int machines, GangRequest request)
    {
        _yard.Offer(set, machines);
        return _yard.Fits(request);
    }

    private void Order(int set, int machines)
    {
        _yard.Order(set, machines);
        _ordered[set] += machines;
        foreach (var quota in Sets[set].Quotas)
        {
            _coresOrdered[quota.Name] = _coresOrdered.GetValueOrDefault(quota.Name) + ((long)machines * Sets[set].Offer.CoresPerMachine);
        }

        Count(set, machines);
    }

    private void Count(int set, int machines)
    {
        _machines += machines;
        _cost += machines * Sets[set].Offer.PricePerHour;
    }

    /// <summary>More machines of this set than these are not to be had, or not allowed.</summary>
    private int MostOf(int set, List<string>? reasons)
    {
        var (offer, policy) = (Sets[set].Offer, _scene.Policy);
        if (_barred[set] is { } barred)
        {
            reasons?.Add(barred);
            return 0;
        }

        (int Most, string Why)[] limits =
        [
            (_yard.RoomOf(set), $"{offer.Offering}: the set is at its ceiling"),
            (Clamp(Sets[set].CoresLeft is { } cores && offer.CoresPerMachine > 0 ? (cores / offer.CoresPerMachine) - _ordered[set] : int.MaxValue), $"{offer.Offering}: the cloud's quota has {Sets[set].CoresLeft} cores left"),
            (Clamp((long)policy.MaxMachines - _machines), $"the pool is at its ceiling of {policy.MaxMachines} machines"),
            (Clamp(policy.MaxCostPerHour is { } cost && offer.PricePerHour > 0 ? (long)((cost - _cost) / offer.PricePerHour) : int.MaxValue), $"the pool is at its ceiling of {policy.MaxCostPerHour} an hour"),
        ];
        var least = limits.Concat(QuotasOf(set)).MinBy(l => l.Most);
        if (least.Most <= 0)
        {
            reasons?.Add(least.Why);
        }

        return Math.Max(0, least.Most);
    }

    private IEnumerable<(int Most, string Why)> QuotasOf(int set)
    {
        var offer = Sets[set].Offer;
        return Sets[set].Quotas.Where(_ => offer.CoresPerMachine > 0)
            .Select(q => (Clamp((q.CoresLeft - _coresOrdered.GetValueOrDefault(q.Name)) / offer.CoresPerMachine), $"{offer.Offering}: the cloud's quota has {q}"));
    }

    /// <summary>Refused lately: by the cloud's word on this very set, or on another of the same offering.</summary>
    private string? BarOf(OfferedSet set)
    {
        var like = Sets.Where(s => s.Offer.Set == set.Offer.Set || (s.Offer.Offering == set.Offer.Offering && s.State.BackOff?.Failure is not (ScaleFailure.Other or ScaleFailure.Denied)));
        return like.Select(s => s.State.BackOff).FirstOrDefault(b => b?.Until > _scene.Now) is { } refused
            ? $"{set.Offer.Offering}: the cloud had none ({refused.Failure}), asked again after {refused.Until:u}" : null;
    }

    private void Warm(WarmRule rule)
    {
        var missing = rule.Machines - _yard.Keep(rule.Machines, rule.Counts);
        for (var set = 0; set < Sets.Length && missing > 0; set++)
        {
            if (rule.Counts(Sets[set].Offer.Node) && Math.Min(missing, MostOf(set, null)) is > 0 and var machines)
            {
                Order(set, machines);
                missing -= _yard.Keep(machines, rule.Counts);
            }
        }
    }

    private ScalePlan Finish()
    {
        var wants = ImmutableArray.CreateBuilder<ScaleWant>();
        var cost = 0m;
        for (var set = 0; set < Sets.Length; set++)
        {
            var (state, needed) = (Sets[set].State, _yard.NeededOf(set));
            var capacity = Math.Min(state.Spec.Ceiling, Math.Max(_there[set], _present[set] + Rounded(set, needed)));
            capacity = Sets[set].IsSettled ? capacity : Math.Max(capacity, state.Wanted);
            cost += capacity * Sets[set].Offer.PricePerHour;
            if (capacity != state.Wanted)
            {
                wants.Add(new ScaleWant(Sets[set].Offer.Set, capacity, state.Wanted, WhyOf(set, capacity)));
            }
        }

        var returns = ScaleReturns.Choose(_scene, _yard).ToImmutableArray();
        _earmarks.MustNotReturn(returns);
        return new ScalePlan
        {
            Earmarks = _earmarks.Changed, Wants = wants.ToImmutable(), Returns = returns, Unmet = _unmet.ToImmutable(), Served = _served.ToImmutable(), CostPerHour = cost,
        };
    }

    /// <summary>With what tends not to come, and what completes the last rack, as far as is allowed. Machines that were wanted before count as ordered.</summary>
    private int Rounded(int set, int needed)
    {
        var offer = Sets[set].Offer;
        var generous = needed + (int)Math.Ceiling(needed * offer.OverProvision);
        var whole = offer.CompleteRacks && needed > 0 ? _yard.UpToWholeRacks(set, generous) : generous;
        var onTheWay = Math.Max(0, Sets[set].State.Wanted - _present[set]) + _ordered[set];
        var most = Math.Max(needed, onTheWay + MostOf(set, null));
        var rounded = Math.Min(whole, most);
        Count(set, Math.Max(0, rounded - onTheWay));
        return rounded;
    }

    private string WhyOf(int set, int capacity)
    {
        var state = Sets[set].State;
        if (capacity < state.Wanted)
        {
            return "nobody waits for them any more";
        }

        var id = Sets[set].Offer.Set;
        var gangs = _served.Where(g => g.Ordered.Any(o => o.Set == id)).Select(g => g.Attempt.ToString()).ToList();
        return gangs.Count switch
        {
            0 when capacity <= _there[set] => "they are there already",
            0 => "kept ready",
            1 => $"for {gangs[0]}",
            _ => $"for {gangs[0]} and {gangs.Count - 1} more",
        };
    }

    private static int Clamp(long value) => (int)Math.Clamp(value, 0, int.MaxValue);
}
