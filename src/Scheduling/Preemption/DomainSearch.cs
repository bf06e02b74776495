namespace Scheduling.Preemption;

/// <summary>
/// Chooses victims within one domain until its nodes have room for so many more workers: by price per worker gained, then leaves out
/// who is not needed, then tries to do without each. Small domains are gone through completely, as far as the work allows.
/// </summary>
/// <remarks>
/// A set cover with gangs: one victim may free several nodes, and one node may need several victims. What is weighed is therefore never a
/// single victim but a bundle: a victim and the cheapest others that its nodes need before they gain a worker.
/// </remarks>
internal sealed class DomainSearch
{
    private const int MostImproved = 48;

    private readonly VictimField field;
    private readonly VictimCrew crew;
    private readonly long[] price;
    private readonly int[] fit;
    private readonly int[] order;
    private readonly bool[] banned;
    private readonly PriorityQueue<int, (double PerWorker, int Order)> queue = new();
    private readonly List<int> bundle = [];
    private readonly List<(int Node, double PerWorker)> unfinished = [];
    private int domain;
    private int gain;
    private int exactSteps;

    /// <param name="field">Who holds what.</param>
    /// <param name="crew">The victims.</param>
    /// <param name="price">What each costs in this search.</param>
    public DomainSearch(VictimField field, VictimCrew crew, long[] price)
    {
        (this.field, this.crew, this.price) = (field, crew, price);
        fit = new int[field.At.Length];
        for (var node = 0; node < fit.Length; node++) fit[node] = field.Fit(node);
        banned = new bool[price.Length];
        order = new int[price.Length];
        var all = Enumerable.Range(0, price.Length).ToList();
        all.Sort(CompareDearestFirst);
        for (var i = 0; i < all.Count; i++) order[all[i]] = i;
    }

    /// <summary>Work after which nothing is improved any further.</summary>
    public required int MaxWork { get; init; }

    /// <summary>Workers that the domain's nodes would gain with all their victims gone.</summary>
    public int Potential(int[] nodes)
    {
        var most = 0;
        foreach (var node in nodes)
        {
            foreach (var victim in field.VictimsOn[node]) field.Gone[victim] = true;
            most += field.Fit(node) - fit[node];
            foreach (var victim in field.VictimsOn[node]) field.Gone[victim] = false;
        }

        return most;
    }

    /// <summary>A set whose absence gives the domain room for so many more workers; null when there is none.</summary>
    public List<int>? Cheapest(int[] nodes, int need)
    {
        Start(nodes);
        var victims = VictimsOf(nodes);
        List<int>? set = null;
        if (Fill(victims, need))
        {
            Thin(victims, need);
            set = Chosen(victims);
        }

        Clear(victims, nodes);
        return set;
    }

    /// <summary>A set at least as good as the one given: tries to do without each of its members.</summary>
    public List<int> Improve(int[] nodes, int need, List<int> known, int exactUpTo)
    {
        Start(nodes);
        var victims = VictimsOf(nodes);
        var best = new List<int>(known);
        var bestScore = ScoreOf(best);
        for (var again = true; again && field.Work < MaxWork;)
        {
            again = false;
            var members = new List<int>(best);
            crew.SortDearestFirst(members);
            for (var i = 0; i < members.Count && i < MostImproved && field.Work < MaxWork; i++)
            {
                SetGone(best);
                Put(members[i]);
                banned[members[i]] = true;
                var filled = Fill(victims, need);
                banned[members[i]] = false;
                if (filled) Thin(victims, need);
                var other = filled ? Chosen(victims) : best;
                if (ScoreOf(other) < bestScore)
                {
                    (best, bestScore, again) = (other, ScoreOf(other), true);
                }

                Clear(victims, nodes);
                if (again) break;
            }
        }

        if (victims.Count <= exactUpTo) best = Exact(victims, nodes, need, best);
        return best;
    }

    /// <summary>At the same price per worker the dearest go first, for that makes fewest evictions; then the latest started.</summary>
    private int CompareDearestFirst(int a, int b)
    {
        if (price[a] != price[b]) return price[b].CompareTo(price[a]);
        var byStart = crew.Victims[b].StartedAt.CompareTo(crew.Victims[a].StartedAt);
        return byStart != 0 ? byStart : a - b;
    }

    private void Start(int[] nodes)
    {
        domain = nodes.Length == 0 ? -1 : field.DomainOf[nodes[0]];
        gain = 0;
    }

    private List<int> VictimsOf(int[] nodes)
    {
        if (nodes.Length == 1) return [.. field.VictimsOn[nodes[0]]];
        var seen = new HashSet<int>();
        var victims = new List<int>();
        foreach (var node in nodes)
            foreach (var victim in field.VictimsOn[node])
                if (seen.Add(victim)) victims.Add(victim);
        return victims;
    }

    private List<int> Chosen(List<int> victims) => victims.FindAll(v => field.Gone[v]);

    private EvictionScore ScoreOf(List<int> set)
    {
        long cost = 0;
        foreach (var victim in set) cost += price[victim];
        return crew.Score(set) with { Cost = cost };
    }

    private void Clear(List<int> victims, int[] nodes)
    {
        foreach (var victim in victims) field.Gone[victim] = false;
        foreach (var node in nodes) fit[node] = field.Fit(node);
        gain = 0;
    }

    private void SetGone(List<int> set)
    {
        foreach (var victim in set)
            if (!field.Gone[victim]) Remove(victim);
    }

    private void Remove(int victim) => Change(victim, gone: true);

    private void Put(int victim) => Change(victim, gone: false);

    private void Change(int victim, bool gone)
    {
        field.Gone[victim] = gone;
        foreach (var node in field.NodesOf[victim])
        {
            if (field.DomainOf[node] != domain) continue;
            var now = field.Fit(node);
            gain += now - fit[node];
            fit[node] = now;
        }
    }

    /// <summary>Adds bundles by price per worker gained until there is room; false when there never is.</summary>
    private bool Fill(List<int> victims, int need)
    {
        if (gain >= need) return true;
        queue.Clear();
        foreach (var victim in victims) Offer(victim, need);
        while (gain < need)
        {
            if (!queue.TryDequeue(out var victim, out var key)) return false;
            if (field.Gone[victim]) continue;
            var now = Weigh(victim, need - gain);
            if (now > key.PerWorker && queue.TryPeek(out _, out var next) && (now, order[victim]).CompareTo(next) > 0)
            {
                if (now < double.MaxValue) queue.Enqueue(victim, (now, order[victim]));
                continue;
            }

            if (now == double.MaxValue) continue;
            foreach (var member in bundle) Remove(member);
            if (gain < need) OfferNeighbours(need);
        }

        return true;
    }

    /// <summary>Victims beside those that just went may have become cheaper: what their nodes still need is less.</summary>
    private void OfferNeighbours(int need)
    {
        var touched = new HashSet<int>();
        foreach (var member in bundle)
            foreach (var node in field.NodesOf[member])
                if (field.DomainOf[node] == domain)
                    foreach (var other in field.VictimsOn[node]) touched.Add(other);
        foreach (var other in touched.Order())
            if (!field.Gone[other]) Offer(other, need);
    }

    private void Offer(int victim, int need)
    {
        if (banned[victim] || field.Gone[victim]) return;
        var perWorker = Weigh(victim, need - gain);
        if (perWorker < double.MaxValue) queue.Enqueue(victim, (perWorker, order[victim]));
    }

    /// <summary>
    /// The best price per worker gained of any bundle around this victim, which is then in <see cref="bundle"/>. Nothing is changed.
    /// </summary>
    private double Weigh(int victim, int need)
    {
        bundle.Clear();
        unfinished.Clear();
        bundle.Add(victim);
        field.Gone[victim] = true;
        var (cost, workers) = (price[victim], 0);
        foreach (var node in field.NodesOf[victim])
        {
            if (field.DomainOf[node] != domain || !field.Open[node]) continue;
            var gained = field.Fit(node) - fit[node];
            workers += gained;
            if (gained == 0 && field.VictimsOn[node].Length > 1) unfinished.Add((node, 0));
        }

        if (workers < need && unfinished.Count > 0) Finish(ref cost, ref workers, need);
        foreach (var member in bundle) field.Gone[member] = false;
        return workers <= 0 ? double.MaxValue : cost / (double)Math.Min(workers, need);
    }

    /// <summary>Adds to the bundle the nodes that lack little, as long as that makes a worker cheaper.</summary>
    private void Finish(ref long cost, ref int workers, int need)
    {
        for (var i = 0; i < unfinished.Count; i++)
        {
            var first = bundle.Count;
            var (more, gained) = Complete(unfinished[i].Node);
            while (bundle.Count > first) Back();
            unfinished[i] = (unfinished[i].Node, gained == 0 ? double.MaxValue : more / (double)gained);
        }

        unfinished.Sort((a, b) => a.PerWorker != b.PerWorker ? a.PerWorker.CompareTo(b.PerWorker) : a.Node - b.Node);
        foreach (var (node, perWorker) in unfinished)
        {
            if (perWorker == double.MaxValue || workers >= need) return;
            var first = bundle.Count;
            var (more, gained) = Complete(node);
            if (gained > 0 && (workers == 0 || (cost + more) / (double)Math.Min(workers + gained, need) <= cost / (double)workers))
            {
                cost += more;
                workers += gained;
                continue;
            }

            while (bundle.Count > first) Back();
        }

        void Back()
        {
            field.Gone[bundle[^1]] = false;
            bundle.RemoveAt(bundle.Count - 1);
        }
    }

    /// <summary>Adds to the bundle the cheapest victims that this node needs gone before it gains a worker.</summary>
    private (long Cost, int Workers) Complete(int node)
    {
        var first = bundle.Count;
        foreach (var victim in field.VictimsOn[node])
            if (!field.Gone[victim] && !banned[victim]) bundle.Add(victim);
        bundle.Sort(first, bundle.Count - first, Comparer<int>.Create((a, b) => price[a] != price[b] ? price[a].CompareTo(price[b]) : order[a] - order[b]));
        var gained = 0;
        var count = first;
        while (count < bundle.Count && gained <= 0)
        {
            field.Gone[bundle[count++]] = true;
            gained = field.Fit(node) - fit[node];
        }

        bundle.RemoveRange(count, bundle.Count - count);
        // The last one was needed; of the cheaper ones before it, some may not have been.
        for (var i = bundle.Count - 2; i >= first && gained > 0; i--)
        {
            field.Gone[bundle[i]] = false;
            var without = field.Fit(node) - fit[node];
            if (without >= gained) bundle.RemoveAt(i);
            else field.Gone[bundle[i]] = true;
        }

        long cost = 0;
        for (var i = first; i < bundle.Count; i++) cost += price[bundle[i]];
        return (cost, Math.Max(0, gained));
    }

    /// <summary>Puts back who is not needed: the dearest first, and of these those that started first.</summary>
    private void Thin(List<int> victims, int need)
    {
        var set = Chosen(victims);
        if (set.Count > 1) set.Sort((a, b) => price[a] != price[b] ? price[b].CompareTo(price[a]) : order[b] - order[a]);
        foreach (var victim in set)
        {
            Put(victim);
            if (gain < need) Remove(victim);
        }
    }

    /// <summary>Goes through all combinations that may beat the known one, the dearest victim first; stops after its share of the work.</summary>
    private List<int> Exact(List<int> victims, int[] nodes, int need, List<int> known)
    {
        var sorted = new List<int>(victims);
        sorted.Sort((a, b) => price[a] != price[b] ? price[b].CompareTo(price[a]) : order[b] - order[a]);
        SetGone(sorted);
        exactSteps = 20_000;
        var best = (Set: known, Score: ScoreOf(known));
        if (gain >= need) Descend(sorted, 0, 0, need, ref best);
        Clear(victims, nodes);
        return best.Set;
    }

    /// <summary>All undecided victims are gone: room enough now is room enough for some completion.</summary>
    private void Descend(List<int> victims, int at, long cost, int need, ref (List<int> Set, EvictionScore Score) best)
    {
        if (cost > best.Score.Cost || --exactSteps < 0 || field.Work > MaxWork) return;
        if (at == victims.Count)
        {
            var set = Chosen(victims);
            if (ScoreOf(set) < best.Score) best = (set, ScoreOf(set));
            return;
        }

        Put(victims[at]);
        if (gain >= need) Descend(victims, at + 1, cost, need, ref best);
        Remove(victims[at]);
        Descend(victims, at + 1, cost + price[victims[at]], need, ref best);
    }
}
