namespace Gateway.Kubernetes.PodsIn;

/// <summary>A gang in the book.</summary>
internal sealed class Gang(GangKey key)
{
    private readonly HashSet<Guest> _all = [];
    private readonly Dictionary<string, Guest> _free = new(StringComparer.Ordinal);
    private readonly HashSet<GuestJob> _jobs = [];
    private int _running;
    private int _covered;
    private int _succeeded;

    public GangKey Key => key;

    public GangFacts? Facts { get; set; }

    /// <summary>Somebody finds out about it.</summary>
    public bool IsLooking { get; set; }

    /// <summary>It was not there when it was looked for: it is looked for again now and then, not with every pod.</summary>
    public bool IsMissing { get; set; }

    public IReadOnlyCollection<Guest> All => _all;

    /// <summary>Pods that wait and are in no job, by UID.</summary>
    public IReadOnlyDictionary<string, Guest> Free => _free;

    /// <summary>Pods that are bound and stay, and those that have done their part.</summary>
    public int Bound => _running + Done;

    /// <summary>The same, and those in a job that can still be bound whole.</summary>
    public int Covered => _covered + Done;

    /// <summary>Pods that wait and are not submitted again by themselves.</summary>
    public int Barred { get; private set; }

    /// <summary>Fewer are bound than before: what waits was submitted because of those that are gone.</summary>
    public bool HasShrunk { get; set; }

    /// <summary>The number of its next job.</summary>
    public int Next { get; set; } = 1;

    /// <summary>Every job of it that lives is in the book.</summary>
    public bool IsKnown { get; set; }

    /// <summary>A job of it came apart, and nothing was shown of its pods since.</summary>
    public bool CameApart { get; set; }

    /// <summary>That happened again: the watch is behind, and the next job would come apart too. It rests until something is shown, or for a while.</summary>
    public bool IsResting { get; set; }

    /// <summary>Answers that are waited for before anything else is done.</summary>
    public int Busy { get; set; }

    /// <summary>Its jobs in the book.</summary>
    public IReadOnlyCollection<GuestJob> Jobs => _jobs;

    /// <summary>
    /// Pods that ended well, beside those that run. When none runs they are of an earlier life, if the group may have several: an Indexed Job has one, and never makes
    /// such a pod again.
    /// </summary>
    private int Done => _running > 0 || key.Kind == GangKind.IndexedJob ? _succeeded : 0;

    public void Add(Guest guest) => _all.Add(guest);

    public void Add(GuestJob job) => _jobs.Add(job);

    public void Remove(GuestJob job) => _jobs.Remove(job);

    public void Remove(Guest guest)
    {
        Count(guest, isFree: false, isBound: false, isCovered: false, isBarred: false, isDone: false);
        _all.Remove(guest);
    }

    public void Count(Guest guest, bool isFree, bool isBound, bool isCovered, bool isBarred, bool isDone)
    {
        if (isFree)
        {
            _free[guest.Pod.Uid] = guest;
        }
        else
        {
            _free.Remove(guest.Pod.Uid);
        }

        _running += Change(guest.IsBound, isBound);
        _covered += Change(guest.IsCovered, isCovered);
        _succeeded += Change(guest.IsDone, isDone);
        Barred += Change(guest.CountsAsBarred, isBarred);
        HasShrunk |= (guest.IsBound && !isBound) || (guest.IsDone && !isDone);
        (guest.IsBound, guest.IsCovered, guest.IsDone, guest.CountsAsBarred) = (isBound, isCovered, isDone, isBarred);
    }

    private static int Change(bool before, bool now) => (now ? 1 : 0) - (before ? 1 : 0);
}
