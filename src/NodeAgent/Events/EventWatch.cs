using NodeAgent.Imds;

namespace NodeAgent.Events;

/// <summary>
/// What to do about the events that this machine is shown: a decision for each look, from what is seen, what the gateway said, and the time. An event is told at
/// once, and again as long as it is there, for the answer says whether the node is drained; it is let happen when that is so, or when its grace is over.
/// </summary>
/// <param name="machine">This one.</param>
/// <param name="ask">Between two questions of the same event.</param>
/// <param name="grace">From when the gateway first heard of an event until it may happen anyway.</param>
internal sealed class EventWatch(Machine machine, TimeSpan ask, TimeSpan grace)
{
    /// <summary>More than Azure ever shows; what is beyond is left to happen by itself.</summary>
    private const int MostEvents = 64;

    private readonly Dictionary<string, Watched> _events = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Events that are there and concern this machine.</summary>
    public int Count => _events.Count;

    /// <summary>The document as it is now.</summary>
    public void See(EventDocument document)
    {
        var ours = document.Events.Where(Concerns).DistinctBy(e => e.Id, StringComparer.OrdinalIgnoreCase).Take(MostEvents).ToDictionary(e => e.Id, StringComparer.OrdinalIgnoreCase);
        foreach (var over in _events.Keys.Where(id => !ours.ContainsKey(id)).ToList())
        {
            _events.Remove(over);
        }

        foreach (var (id, seen) in ours)
        {
            if (_events.TryGetValue(id, out var known))
            {
                // Told anew at once when Azure changed its mind about it.
                known.AskedAt = known.Event.Status == seen.Status && known.Event.NotBefore == seen.NotBefore ? known.AskedAt : null;
                known.Event = seen;
            }
            else
            {
                _events.Add(id, new Watched { Event = seen });
            }
        }
    }

    /// <summary>Events that the gateway is to be told of now.</summary>
    public IReadOnlyList<ScheduledEvent> ToTell(DateTimeOffset now) =>
        [.. _events.Values.Where(e => !e.IsStarted && (e.AskedAt is not { } at || now - at >= ask)).Select(e => e.Event)];

    /// <summary>The gateway has heard of it. Answers whether that, or what it said, is new.</summary>
    public bool Told(string id, bool isDrained, DateTimeOffset now)
    {
        if (!_events.TryGetValue(id, out var known))
        {
            return false;
        }

        var isNew = known.HeardAt is null || known.IsDrained != isDrained;
        (known.AskedAt, known.IsDrained) = (now, isDrained);
        known.HeardAt ??= now;
        return isNew;
    }

    /// <summary>
    /// Events that may happen now. Not those that the gateway does not know of, nor those of several machines: who agrees to one agrees for all of them, and the
    /// others may have work.
    /// </summary>
    public IReadOnlyList<string> ToStart(DateTimeOffset now) =>
        [.. _events.Values.Where(e => !e.IsStarted && e.Event.Status == "Scheduled" && e.Event.Resources.Count == 1 && (e.IsDrained || now - e.HeardAt >= grace)).Select(e => e.Event.Id)];

    /// <summary>Azure was told that it may.</summary>
    public void Started(string id)
    {
        if (_events.TryGetValue(id, out var known))
        {
            known.IsStarted = true;
        }
    }

    /// <summary>Of a kind that the gateway knows, too: a newer one is left to happen by itself.</summary>
    private bool Concerns(ScheduledEvent seen) =>
        seen.Type is "Freeze" or "Reboot" or "Redeploy" or "Preempt" or "Terminate" && seen.Id.Length is > 0 and <= 128 && seen.Resources.Any(r => string.Equals(r, machine.Name, StringComparison.OrdinalIgnoreCase));

    private sealed class Watched
    {
        public required ScheduledEvent Event { get; set; }

        public DateTimeOffset? HeardAt { get; set; }

        public DateTimeOffset? AskedAt { get; set; }

        public bool IsDrained { get; set; }

        public bool IsStarted { get; set; }
    }
}
