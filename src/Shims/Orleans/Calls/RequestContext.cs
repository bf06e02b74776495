using Orleans.Activations;

namespace Orleans.Runtime;

/// <summary>Values that travel with calls, towards the callee only.</summary>
public static class RequestContext
{
    private const string ReentrancyKey = "#CCR";

    // Copied before each change: the same dictionary is shared by every call that was sent with it.
    private static readonly AsyncLocal<Dictionary<string, object>?> s_values = new();

    /// <summary>Names the call chain that may come back to a grain with an open section; empty for none.</summary>
    public static Guid ReentrancyId
    {
        get => Get(ReentrancyKey) is Guid id ? id : Guid.Empty;
        set
        {
            if (value == Guid.Empty)
            {
                Remove(ReentrancyKey);
            }
            else
            {
                Set(ReentrancyKey, value);
            }
        }
    }

    public static IEnumerable<string> Keys => s_values.Value?.Keys ?? Enumerable.Empty<string>();

    public static IEnumerable<KeyValuePair<string, object>> Entries => s_values.Value ?? Enumerable.Empty<KeyValuePair<string, object>>();

    internal static Dictionary<string, object>? Current
    {
        get => s_values.Value;
        set => s_values.Value = value;
    }

    public static object? Get(string key) => s_values.Value is { } values && values.TryGetValue(key, out var value) ? value : null;

    public static void Set(string key, object value) =>
        s_values.Value = s_values.Value is { } values ? new(values) { [key] = value } : new() { [key] = value };

    public static bool Remove(string key)
    {
        if (s_values.Value is not { } values || !values.ContainsKey(key))
        {
            return false;
        }

        var next = new Dictionary<string, object>(values);
        next.Remove(key);
        s_values.Value = next.Count == 0 ? null : next;
        return true;
    }

    public static void Clear()
    {
        if (s_values.Value is not null)
        {
            s_values.Value = null;
        }
    }

    /// <summary>Until disposed, calls that this grain makes may come back to it.</summary>
    public static ReentrancySection AllowCallChainReentrancy()
    {
        var before = ReentrancyId;
        return new ReentrancySection(before, before == Guid.Empty ? Guid.NewGuid() : before);
    }

    public static ReentrancySection SuppressCallChainReentrancy() => new(ReentrancyId, Guid.Empty);

    internal static Guid ReentrancyIdOf(Dictionary<string, object>? values) =>
        values is not null && values.TryGetValue(ReentrancyKey, out var id) && id is Guid guid ? guid : Guid.Empty;

    public readonly struct ReentrancySection : IDisposable
    {
        private readonly Guid _before;
        private readonly Guid _id;

        public ReentrancySection(Guid originalReentrancyId, Guid newReentrancyId)
        {
            _before = originalReentrancyId;
            _id = newReentrancyId;
            if (_id != _before)
            {
                ReentrancyId = _id;
            }

            if (_id != Guid.Empty)
            {
                RuntimeContext.CurrentActivation?.EnterReentrantSection(_id);
            }
        }

        public void Dispose()
        {
            if (_id != Guid.Empty)
            {
                RuntimeContext.CurrentActivation?.ExitReentrantSection(_id);
            }

            if (_id != _before)
            {
                ReentrancyId = _before;
            }
        }
    }
}

/// <summary>
/// The activation that the running code belongs to: the one whose scheduler runs the present task. Null after
/// ConfigureAwait(false) or Task.Run, which leave the grain.
/// </summary>
internal static class RuntimeContext
{
    public static Activation? CurrentActivation => (TaskScheduler.Current as TurnScheduler)?.Activation;

    public static IGrainContext? Current => CurrentActivation;
}
