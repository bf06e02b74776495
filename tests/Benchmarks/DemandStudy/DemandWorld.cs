namespace Benchmarks.DemandStudy;

/// <summary>
/// A month of a trace's jobs on one pool whose machines cost as long as they are there: the production pool places them, a policy says how many machines
/// there should be, and a model of Azure gives them. Time is virtual; the same input gives the same figures.
/// </summary>
internal sealed class DemandWorld
{
    public const int NodeGpus = 8;
    public const long Day = 86_400;

    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly PriorityQueue<Action, (long At, long Number)> _events = new();
    private readonly long _month;
    private readonly int _jobs;
    private long _number;
    private int _started;

    /// <param name="jobs">In order of arrival, all within the month.</param>
    /// <param name="month">What is paid and used after this second does not count.</param>
    public DemandWorld(IReadOnlyList<DemandJob> jobs, long month)
    {
        (_month, _jobs) = (month, jobs.Count);
        Pool = new DemandPool(this);
        Cloud = new DemandCloud(this);
        foreach (var job in jobs)
        {
            At(job.Submit, () => Pool.Come(job));
        }
    }

    /// <summary>Second since the start.</summary>
    public long Now { get; private set; }

    public DateTimeOffset Time => Start.AddSeconds(Now);

    public DemandPool Pool { get; }

    public DemandCloud Cloud { get; }

    /// <summary>Jobs wait, will come, or may be needed to come to an end of the month.</summary>
    public bool IsOver => Now >= _month && _started == _jobs;

    public void At(long second, Action what) => _events.Enqueue(what, (Math.Max(second, Now), _number++));

    /// <summary>A job has started for the first time.</summary>
    public void Started() => _started++;

    public DemandResult Run(ICapacityPolicy policy)
    {
        policy.Begin(this);
        At(_month, () => { });
        while (!IsOver && _events.TryPeek(out _, out var next))
        {
            Now = next.At;
            while (_events.TryPeek(out _, out next) && next.At == Now)
            {
                _events.Dequeue()();
            }

            Pool.Decide();
            policy.Moved();
            Pool.Decide();
        }

        if (!IsOver)
        {
            throw new InvalidOperationException($"{_jobs - _started} jobs never started");
        }

        return DemandResult.Of(Pool, Cloud, _month);
    }
}
