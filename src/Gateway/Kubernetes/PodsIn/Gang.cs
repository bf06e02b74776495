namespace Gateway.Kubernetes.PodsIn;

/// <summary>A gang in the book.</summary>
internal sealed class Gang(GangKey key)
{
    private readonly HashSet<Guest> _all = [];
    private readonly Dictionary<string, Guest> _free = new(StringComparer.Ordinal);

    public GangKey Key => key;

    public GangFacts? Facts { get; set; }

    /// <summary>Somebody finds out about it.</summary>
    public bool IsLooking { get; set; }

    /// <summary>It was not there when it was looked for: it is looked for again now and then, not with every pod.</summary>
    public bool IsMissing { get; set; }

    public IReadOnlyCollection<Guest> All => _all;

    /// <summary>Pods that wait and are in no job, by UID.</summary>
    public IReadOnlyDictionary<string, Guest> Free => _free;

    /// <summary>Pods that run, or are in a job.</summary>
    public int Covered { get; private set; }

    /// <summary>The number of its next job.</summary>
    public int Next { get; set; } = 1;

    /// <summary>Every job of it that lives is in the book.</summary>
    public bool IsKnown { get; set; }

    /// <summary>Answers that are waited for before anything else is done.</summary>
    public int Busy { get; set; }

    /// <summary>Its jobs in the book.</summary>
    public int Jobs { get; set; }

    public void Add(Guest guest) => _all.Add(guest);

    public void Remove(Guest guest)
    {
        Count(guest, isFree: false, isCovered: false);
        _all.Remove(guest);
    }

    public void Count(Guest guest, bool isFree, bool isCovered)
    {
        if (isFree)
        {
            _free[guest.Pod.Uid] = guest;
        }
        else
        {
            _free.Remove(guest.Pod.Uid);
        }

        if (guest.IsCovered != isCovered)
        {
            Covered += isCovered ? 1 : -1;
            guest.IsCovered = isCovered;
        }
    }
}
