using Scheduling.Model;

namespace Scheduling.Placement.Policies;

/// <summary>
/// For one worker shape: the states of nodes by rating, best first. Brought up to date from the log of states that changed, when asked;
/// a state is rated once, however many nodes are in it and however often it comes back.
/// </summary>
internal sealed class RatedStates(WorkerShape shape)
{
    private const double Unrated = double.NaN;

    private double[] scores = [];
    private short[] gpus = [];
    private Entry[] heap = new Entry[16];
    private int size;
    private int epoch = -1;
    private long cursor;
    private Demand? demand;

    public long LastUse { get; set; }

    /// <summary>The best state and its first node; -1 when the shape fits nowhere. The GPU is an index into the state as it is kept.</summary>
    public (int Node, int Gpu) Best(NodeStates states, StateLog log, IScoringPolicy policy, Demand expected, Func<int, WorkerShape, bool>? allows)
    {
        if (epoch != states.Epoch || !log.Reaches(cursor) || (policy.UsesDemand && !ReferenceEquals(demand, expected)))
        {
            if (epoch != states.Epoch || !ReferenceEquals(demand, expected)) Array.Fill(scores, Unrated);
            (epoch, demand, size) = (states.Epoch, expected, 0);
            for (var state = 0; state < states.Count; state++) Note(state, states, policy, expected, allows);
        }
        else
        {
            if (size > 2 * states.Count + 1024) DropOld(states);
            for (; cursor < log.Head; cursor++) Note(log.At(cursor), states, policy, expected, allows);
        }

        cursor = log.Head;
        while (size > 0)
        {
            ref readonly var top = ref heap[0];
            if (states.First(top.State) == top.Node) return (top.Node, gpus[top.State]);
            Pop();
        }

        return (-1, -1);
    }

    /// <summary>A state has another first node than before, or is new.</summary>
    private void Note(int state, NodeStates states, IScoringPolicy policy, Demand expected, Func<int, WorkerShape, bool>? allows)
    {
        var first = states.First(state);
        if (first < 0) return;
        if (state >= scores.Length) Grow(state);
        if (double.IsNaN(scores[state]))
        {
            var view = states.View(state);
            if (NodeFit.Fits(view, shape) && (allows is null || allows(view.NodeKind, shape)))
            {
                var rating = policy.Rate(view, shape, expected);
                (scores[state], gpus[state]) = (rating.Score, (short)rating.Gpu);
            }
            else
            {
                scores[state] = double.NegativeInfinity;
            }
        }

        if (double.IsNegativeInfinity(scores[state])) return;
        if (size == heap.Length) Array.Resize(ref heap, size * 2);
        Up(size++, new Entry(scores[state], first, state));
    }

    private void Grow(int state)
    {
        var (from, to) = (scores.Length, Math.Max(64, (state + 1) * 2));
        Array.Resize(ref scores, to);
        Array.Resize(ref gpus, to);
        Array.Fill(scores, Unrated, from, to - from);
    }

    private void DropOld(NodeStates states)
    {
        var old = heap.AsSpan(0, size).ToArray();
        size = 0;
        var known = new HashSet<int>();
        foreach (ref readonly var entry in old.AsSpan())
            if (states.First(entry.State) == entry.Node && known.Add(entry.State)) Up(size++, entry);
    }

    private void Pop()
    {
        var last = heap[--size];
        var at = 0;
        for (var child = 1; child < size; child = 2 * at + 1)
        {
            if (child + 1 < size && heap[child + 1].Beats(heap[child])) child++;
            if (!heap[child].Beats(last)) break;
            heap[at] = heap[child];
            at = child;
        }

        heap[at] = last;
    }

    private void Up(int at, Entry entry)
    {
        for (; at > 0 && entry.Beats(heap[(at - 1) / 2]); at = (at - 1) / 2) heap[at] = heap[(at - 1) / 2];
        heap[at] = entry;
    }

    private readonly record struct Entry(double Score, int Node, int State)
    {
        public bool Beats(in Entry other) => Score > other.Score || (Score == other.Score && Node < other.Node);
    }
}
