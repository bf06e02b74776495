using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Placement;

namespace Scheduling.Preemption;

/// <summary>One search for victims: see <see cref="VictimFinder"/>.</summary>
internal sealed class VictimSearch(PlacementIndex index, GangRequest request, VictimCrew crew, PreemptionOptions options)
{
    /// <summary>Victims of which all combinations are tried in the index.</summary>
    private const int Shortlist = 12;

    private readonly RoleSpec role = Dominant(request);
    private readonly TopologyLevel level = LevelOf(request);
    private VictimField field = null!;
    private Dictionary<int, int[]> domains = [];

    public PreemptionAnswer Find()
    {
        var all = Enumerable.Range(0, crew.Victims.Count).ToList();
        if (!crew.GivesBack(all) || !crew.Fits(all)) return PreemptionAnswer.Useless.Instance;
        var view = index.ViewOf(role.Shape, request.Tenant);
        field = new VictimField(index.Table, view, level, MostPerNode, crew.Victims);
        domains = Enumerable.Range(0, field.At.Length).GroupBy(n => field.DomainOf[n]).ToDictionary(g => g.Key, g => g.ToArray());
        var rooms = domains.Keys.ToDictionary(d => d, d => RoomOf(view, d));
        var best = Search(crew.Price, rooms, all);
        if (Evictions(best) > options.MaxVictims)
        {
            // The cheapest needs too many: the fewest, then, whatever they cost.
            var fewest = Search([.. crew.Victims.Select(v => v.IsStopping ? 0L : 1L)], rooms, all);
            if (Evictions(fewest) > options.MaxVictims) return new PreemptionAnswer.OverBudget(Evictions(fewest), options.MaxVictims);
            best = fewest;
        }

        return new PreemptionAnswer.Evict(PlanOf(Guards.Hold(Guard.NoneTooMany) ? best : all));
    }

    /// <summary>The role that asks for most GPU, or else for most CPU: victims are first chosen for its workers.</summary>
    private static RoleSpec Dominant(GangRequest request)
    {
        var best = request.Roles[0];
        foreach (var role in request.Roles)
            if (role.Count > 0 && (best.Count == 0 || Size(role).CompareTo(Size(best)) > 0)) best = role;
        return best;

        static (long, long) Size(RoleSpec role) => (role.Shape.Gpus == 0 ? 0 : role.Count * role.Shape.TotalGpuMilli, role.Count * role.Shape.CpuMilli);
    }

    /// <summary>
    /// True when the gang asks for more than room for workers of one shape, or some nodes are spares: the index is asked whether what the
    /// model chose can be bettered.
    /// </summary>
    private bool HasMore => request.Roles.Length > 1 || role.Slices is not null || role.AntiAffinity is not null || request.Spread is not null || index.Totals.SpareNodes > 0;

    private int MostPerNode => role.AntiAffinity is { Level: TopologyLevel.Node, MaxPerDomain: var most } ? most : int.MaxValue;

    /// <summary>A single worker is on one node, whatever was asked.</summary>
    private static TopologyLevel LevelOf(GangRequest request) => request.TotalWorkers == 1 ? TopologyLevel.Node : request.Topology.Required;

    private int Evictions(List<int> set) => crew.Score(set).Evictions;

    private PreemptionPlan PlanOf(List<int> set)
    {
        set.Sort();
        var target = crew.Target(set) ?? throw new InvalidOperationException("A set of victims that was proven no longer suffices");
        var score = crew.Score(set);
        return new PreemptionPlan
        {
            Target = target,
            Victims = [.. set.Where(v => !crew.Victims[v].IsStopping).Select(v => crew.Victims[v].Attempt)],
            WaitsFor = [.. set.Where(v => crew.Victims[v].IsStopping).Select(v => crew.Victims[v].Attempt)],
            Cost = score.Cost,
            GpuMilliFreed = score.GpuMilli,
        };
    }

    /// <summary>The best set by these prices that the index agrees to; all of them when nothing better is found.</summary>
    private List<int> Search(long[] price, Dictionary<int, int> rooms, List<int> all)
    {
        var best = (Set: all, Score: EvictionScore.Worst);
        if (crew.Fits([])) Consider(Cover([], price), price, ref best);
        else
        {
            SearchDomains(price, rooms, price, ref best);
            if (crew.Needs > 0)
            {
                // The other way round: who gives back the quota is gone anyway, the rest follows.
                var cover = Cover([], price);
                long[] rest = [.. price];
                foreach (var victim in cover) rest[victim] = 0;
                SearchDomains(rest, rooms, price, ref best);
            }
        }

        // No domain's model came to anything that the index accepts: what it took with all of them gone does.
        if (best.Score.Cost == long.MaxValue) Consider(Overlapping(all), price, ref best);
        if (!HasMore) return best.Set;
        Consider(Overlapping(all), price, ref best);
        Exchange(price, ref best);
        return best.Set;
    }

    /// <summary>Asks the index about every single cheaper victim, then about all combinations of the best set and the cheapest others; a bounded number of times.</summary>
    private void Exchange(long[] price, ref (List<int> Set, EvictionScore Score) best)
    {
        var limit = best.Score.Cost;
        var cheaper = Enumerable.Range(0, price.Length).Where(v => price[v] < limit).OrderBy(v => price[v]).ThenBy(v => v).Take(options.MaxTrials).ToList();
        foreach (var other in cheaper)
        {
            if (!crew.GivesBack([other]) || !crew.Fits([other])) continue;
            Consider([other], price, ref best);
            break;
        }

        if (best.Set.Count >= Shortlist) return;
        var list = best.Set.Concat(cheaper.Except(best.Set)).Take(Shortlist).OrderByDescending(v => price[v]).ThenBy(v => v).ToList();
        if (crew.CheapestOf(list, price, best.Score.Cost, options.MaxTrials) is { } set) Consider(set, price, ref best);
    }

    private void SearchDomains(long[] price, Dictionary<int, int> rooms, long[] truePrice, ref (List<int> Set, EvictionScore Score) best)
    {
        var search = new DomainSearch(field, crew, price) { MaxWork = int.MaxValue };
        var wanted = WorkersWanted();
        var found = new List<(int Domain, int Need, List<int> Set, EvictionScore Score)>();
        foreach (var (domain, nodes) in domains)
        {
            var need = Math.Max(1, wanted - rooms[domain]);
            if (search.Potential(nodes) < need || search.Cheapest(nodes, need) is not { } set) continue;
            found.Add((domain, need, set, ScoreOf(set, price)));
        }

        found.Sort((a, b) => a.Score.CompareTo(b.Score) is var by and not 0 ? by : a.Domain - b.Domain);
        search = new DomainSearch(field, crew, price) { MaxWork = field.Work + options.MaxWork };
        var compared = found.Take(options.MaxDomains).Select(f =>
        {
            var set = search.Improve(domains[f.Domain], f.Need, f.Set, options.ExactUpTo);
            return (f.Domain, f.Need, Set: set, Score: ScoreOf(set, price));
        }).ToList();
        compared.Sort((a, b) => a.Score.CompareTo(b.Score) is var by and not 0 ? by : a.Domain - b.Domain);
        foreach (var (domain, need, set, score) in compared)
        {
            if (score.Cost > best.Score.Cost) break;
            if (Grown(search, domain, need, set) is { } proven) Consider(Cover(proven, truePrice), truePrice, ref best);
        }
    }

    /// <summary>The set, with more victims where the index asks for them; null when even all of the domain's do not do.</summary>
    private List<int>? Grown(DomainSearch search, int domain, int need, List<int> set)
    {
        for (var step = 1; !crew.Fits(set); step *= 2)
        {
            if (search.Cheapest(domains[domain], need += step) is { } larger)
            {
                set = larger;
                continue;
            }

            set = domains[domain].SelectMany(n => field.VictimsOn[n]).Distinct().ToList();
            return crew.Fits(set) ? set : null;
        }

        return set;
    }

    private void Consider(List<int> set, long[] price, ref (List<int> Set, EvictionScore Score) best)
    {
        crew.Spare(set, options.MaxTrials);
        var score = ScoreOf(set, price);
        if (score < best.Score) best = (set, score);
    }

    /// <summary>Adds who gives back the quota that is still missing, by price per amount.</summary>
    private List<int> Cover(List<int> set, long[] price)
    {
        var result = new List<int>(set);
        var chosen = new HashSet<int>(set);
        for (var need = 0; need < crew.Needs; need++)
        {
            var given = crew.Nothing(need);
            foreach (var victim in result) given.Add(victim);
            while (given.Left > 0)
            {
                var (best, bestPer) = (-1, double.MaxValue);
                for (var victim = 0; victim < price.Length; victim++)
                {
                    var amount = given.WouldAdd(victim);
                    if (amount <= 0 || chosen.Contains(victim) || price[victim] / (double)amount >= bestPer) continue;
                    (best, bestPer) = (victim, price[victim] / (double)amount);
                }

                if (best < 0) break;
                given.Add(best);
                chosen.Add(best);
                result.Add(best);
            }
        }

        return result;
    }

    /// <summary>Victims on nodes that the gang would get with all victims gone.</summary>
    private List<int> Overlapping(List<int> all)
    {
        var target = crew.Target(all)!;
        var nodes = target.Racks.SelectMany(r => r.Workers.Select(w => (r.Rack, w.Slot))).ToHashSet();
        var set = all.FindAll(v => crew.Victims[v].Placement.Racks.Any(r => r.Workers.Any(w => nodes.Contains((r.Rack, w.Slot)))));
        return crew.Fits(set) ? Cover(set, crew.Price) : [.. all];
    }

    private EvictionScore ScoreOf(List<int> set, long[] price)
    {
        long cost = 0;
        foreach (var victim in set) cost += price[victim];
        return crew.Score(set) with { Cost = cost };
    }

    /// <summary>Workers of the dominant role, and what the others ask for in the same measure.</summary>
    private int WorkersWanted()
    {
        long wanted = 0;
        foreach (var other in request.Roles)
        {
            if (ReferenceEquals(other, role) || other.Shape == role.Shape) wanted += other.Count;
            else if (role.Shape.Gpus > 0 && other.Shape.Gpus > 0) wanted += Ceiling(other.Count * other.Shape.TotalGpuMilli, role.Shape.TotalGpuMilli);
        }

        return (int)Math.Min(wanted, int.MaxValue);

        static long Ceiling(long a, long b) => (a + b - 1) / b;
    }

    private int RoomOf(ShapeView view, int domain)
    {
        view.Sync();
        return level switch
        {
            TopologyLevel.Node => field.Fit(domains[domain][0]),
            TopologyLevel.NvlinkDomain => view.RoomIn(domain / RackTable.Slots, VictimField.DomainMask(index.Table, domain / RackTable.Slots, domain % RackTable.Slots), int.MaxValue),
            TopologyLevel.Rack => view.Room[domain],
            TopologyLevel.Block => view.BlockRoom[domain],
            _ => (int)Math.Min(view.Total, int.MaxValue),
        };
    }
}
