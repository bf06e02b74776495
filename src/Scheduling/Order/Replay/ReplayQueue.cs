namespace Scheduling.Order.Replay;

/// <summary>
/// Waiting jobs in order, one sorted set for each number of GPUs: jobs of a size that does not fit are passed over by looking at the
/// first of them, however many there are.
/// </summary>
internal sealed class ReplayQueue
{
    private readonly List<Group> _groups = [];

    public int Count { get; private set; }

    public IReadOnlyList<Group> Groups => _groups;

    public void Add(ReplayAttempt attempt)
    {
        Find(attempt.Gpus).Waiting.Add(attempt);
        Count++;
    }

    public void Remove(ReplayAttempt attempt)
    {
        Invariant.Holds(Find(attempt.Gpus).Waiting.Remove(attempt), "I4", $"job {attempt.Job.Id} is not in its queue");
        Count--;
    }

    public ReplayAttempt? First()
    {
        ReplayAttempt? first = null;
        foreach (var group in _groups)
        {
            if (group.Waiting.Min is { } head && (first is null || head.Key < first.Key))
                first = head;
        }

        return first;
    }

    /// <summary>The first in order among the sizes that are not passed over.</summary>
    public ReplayAttempt? FirstOpen()
    {
        ReplayAttempt? first = null;
        foreach (var group in _groups)
        {
            if (!group.Passed && group.Waiting.Min is { } head && (first is null || head.Key < first.Key))
                first = head;
        }

        return first;
    }

    public void Pass(int gpus) => Find(gpus).Passed = true;

    /// <summary>Opens the sizes for which this holds, passes over the others.</summary>
    public void Open(Func<int, bool> fits)
    {
        foreach (var group in _groups)
            group.Passed = group.Waiting.Count == 0 || !fits(group.Gpus);
    }

    private Group Find(int gpus)
    {
        foreach (var group in _groups)
        {
            if (group.Gpus == gpus)
                return group;
        }

        var made = new Group(gpus);
        _groups.Add(made);
        return made;
    }

    /// <summary>Waiting jobs of one size.</summary>
    internal sealed class Group(int gpus)
    {
        public int Gpus { get; } = gpus;

        public SortedSet<ReplayAttempt> Waiting { get; } = new(ByKey.Instance);

        public bool Passed { get; set; }
    }

    private sealed class ByKey : IComparer<ReplayAttempt>
    {
        public static ByKey Instance { get; } = new();

        public int Compare(ReplayAttempt? x, ReplayAttempt? y) => x!.Key.CompareTo(y!.Key);
    }
}
