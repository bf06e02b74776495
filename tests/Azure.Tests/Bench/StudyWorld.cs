namespace Azure.Tests.Bench;

/// <summary>
/// A pool over a trace, whose machines cost as long as they are there. Jobs start in the order of arrival, those that do not fit are passed over. Machines take five
/// minutes to come; the first offering has none left for an hour now and then, and says so a minute after it was asked; the second always has some.
/// </summary>
internal sealed class StudyWorld
{
    public const double Boot = 300;
    public const double ErrorAfter = 60;

    private readonly PriorityQueue<Action, (double At, long Number)> _events = new();
    private readonly LinkedList<StudyJob> _pending = [];
    private readonly List<double> _waits = [];
    private readonly List<(double From, double To)> _outages = [];
    private readonly int[] _withFree = new int[StudyJob.NodeGpus + 1];
    private readonly double _end;
    private double _paid;
    private double _used;
    private double _at;
    private long _number;

    public StudyWorld(IReadOnlyList<StudyJob> jobs, int seed)
    {
        var random = new Random(seed);
        _end = jobs[^1].Submit;
        for (var at = 0.0; at < _end;)
        {
            at += -Math.Log(1 - random.NextDouble()) * 10 * 3600;
            _outages.Add((at, at += -Math.Log(1 - random.NextDouble()) * 3600));
        }

        foreach (var job in jobs)
        {
            At(job.Submit, () =>
            {
                _pending.AddLast(job);
                Schedule();
                Changed?.Invoke();
            });
        }
    }

    public double Now { get; private set; }

    public List<StudyNode> Nodes { get; } = [];

    public IEnumerable<StudyJob> Pending => _pending;

    public Action? Changed { get; set; }

    /// <summary>Set, machines that were asked for and are not to be had.</summary>
    public Action<int, int>? Refused { get; set; }

    public void At(double time, Action what) => _events.Enqueue(what, (time, _number++));

    public void Every(double seconds, Action what)
    {
        void Tick()
        {
            what();
            if (Now < _end || _pending.Count > 0)
            {
                At(Now + seconds, Tick);
            }
        }

        At(seconds, Tick);
    }

    /// <summary>Asks for machines; they come, or it is said that they will not.</summary>
    public void Buy(int set, int machines)
    {
        if (set == 0 && _outages.Any(o => o.From <= Now && Now < o.To))
        {
            At(Now + ErrorAfter, () => Refused?.Invoke(set, machines));
            return;
        }

        for (var i = 0; i < machines; i++)
        {
            Add(set, Now + Boot);
        }
    }

    public void Add(int set, double readyAt)
    {
        var node = new StudyNode(Nodes.Count, set, Now, readyAt);
        Nodes.Add(node);
        Live.Add(node);
        At(readyAt, () =>
        {
            if (node.Gone is null)
            {
                node.IsUp = true;
                node.IdleSince = Now;
                _withFree[node.Free]++;
                Schedule();
                Changed?.Invoke();
            }
        });
    }

    public void Return(StudyNode node)
    {
        node.Gone = Now;
        if (node.IsUp)
        {
            _withFree[node.Free]--;
        }

        Live.Remove(node);
    }

    /// <summary>Nodes that are not gone, by number.</summary>
    public SortedSet<StudyNode> Live { get; } = new(Comparer<StudyNode>.Create((a, b) => a.Number.CompareTo(b.Number)));

    public StudyResult Run()
    {
        while (_events.TryDequeue(out var what, out var due))
        {
            if (due.At > _end && _pending.Count == 0)
            {
                break;
            }

            Account(due.At);
            what();
        }

        _waits.Sort();
        return new StudyResult(_paid / 3600, (_paid - _used) / 3600, _waits.Average(), _waits[_waits.Count / 2], _waits[_waits.Count * 99 / 100], _waits.Count(w => w > 900) / (double)_waits.Count);
    }

    private void Account(double to)
    {
        var live = Live.Count;
        _paid += (to - _at) * live * StudyJob.NodeGpus;
        _used += (to - _at) * Live.Where(n => n.IsUp).Sum(n => StudyJob.NodeGpus - n.Free);
        (_at, Now) = (to, to);
    }

    private void Schedule()
    {
        for (var at = _pending.First; at is not null;)
        {
            var next = at.Next;
            if (TryStart(at.Value))
            {
                _pending.Remove(at);
            }

            at = next;
        }
    }

    private bool TryStart(StudyJob job)
    {
        var fits = 0;
        for (var free = job.Gpus; free <= StudyJob.NodeGpus; free++)
        {
            fits += _withFree[free];
        }

        if (fits < job.Workers)
        {
            return false;
        }

        var chosen = Live.Where(n => n.IsUp && n.Free >= job.Gpus).OrderBy(n => n.Free).ThenBy(n => n.Number).Take(job.Workers).ToList();
        foreach (var node in chosen)
        {
            Take(node, job.Gpus);
        }

        _waits.Add(Now - job.Submit);
        At(Now + job.Duration, () =>
        {
            foreach (var node in chosen)
            {
                Take(node, -job.Gpus);
            }

            Schedule();
            Changed?.Invoke();
        });
        return true;
    }

    private void Take(StudyNode node, int gpus)
    {
        _withFree[node.Free]--;
        node.Free -= gpus;
        _withFree[node.Free]++;
        node.IdleSince = node.Free == StudyJob.NodeGpus ? Now : double.MaxValue;
    }
}

/// <summary>A machine of the study.</summary>
internal sealed class StudyNode(int number, int set, double bought, double readyAt)
{
    public int Number => number;

    public int Set => set;

    public double Bought => bought;

    public double ReadyAt => readyAt;

    public bool IsUp { get; set; }

    public int Free { get; set; } = StudyJob.NodeGpus;

    /// <summary>MaxValue while it has work.</summary>
    public double IdleSince { get; set; } = double.MaxValue;

    public double? Gone { get; set; }
}

/// <param name="Paid">GPU-hours of machines that were there or coming.</param>
/// <param name="Idle">Of these, without work.</param>
/// <param name="Mean">Wait in seconds.</param>
/// <param name="P50">Wait in seconds.</param>
/// <param name="P99">Wait in seconds.</param>
/// <param name="Late">The part of jobs that waited longer than 15 minutes.</param>
internal sealed record StudyResult(double Paid, double Idle, double Mean, double P50, double P99, double Late);
