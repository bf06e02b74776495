using System.Collections.Frozen;
using Gateway.Contracts;

namespace Gateway.Validation;

/// <summary>A priority with a name. One entry of the section "PriorityClasses" of the configuration.</summary>
public sealed class PriorityClass
{
    /// <summary>0–1000; higher goes first.</summary>
    public int Value { get; set; }

    /// <summary>False: its jobs wait, whoever stands in their way; others may still preempt them. True.</summary>
    public bool MayPreempt { get; set; } = true;
}

/// <summary>The names that may stand for a priority. Low (100, never preempts), normal (500) and high (900), unless configured.</summary>
public sealed class PriorityClasses
{
    public const string Section = "PriorityClasses";
    private const int MostClasses = 64;

    private readonly FrozenDictionary<string, PriorityClass> _classes;

    private PriorityClasses(IDictionary<string, PriorityClass> classes)
    {
        _classes = classes.ToFrozenDictionary(StringComparer.Ordinal);
        Names = string.Join(", ", classes.OrderBy(c => c.Value.Value).ThenBy(c => c.Key, StringComparer.Ordinal).Select(c => $"{c.Key} ({c.Value.Value})"));
    }

    public static PriorityClasses Default { get; } = new(new Dictionary<string, PriorityClass>
    {
        ["low"] = new() { Value = 100, MayPreempt = false },
        ["normal"] = new() { Value = 500 },
        ["high"] = new() { Value = 900 },
    });

    /// <summary>With their priorities, lowest first; for people.</summary>
    public string Names { get; }

    public PriorityClass? Find(string name) => _classes.GetValueOrDefault(name);

    /// <summary>The configured classes instead of the default ones; what is wrong with them is added to <paramref name="faults"/>.</summary>
    public static PriorityClasses Of(IDictionary<string, PriorityClass>? configured, List<string> faults)
    {
        if (configured is not { Count: > 0 })
            return Default;
        if (configured.Count > MostClasses)
            faults.Add($"{Section} must have at most {MostClasses} entries");
        foreach (var (name, of) in configured)
        {
            if (!Rules.IsName(name))
                faults.Add($"{Section}:{name} {Rules.NameRule}");
            if (of.Value is < 0 or > Limits.MaxPriority)
                faults.Add($"{Section}:{name}:Value {Rules.Range(0, Limits.MaxPriority)}");
        }

        return new PriorityClasses(configured);
    }
}
