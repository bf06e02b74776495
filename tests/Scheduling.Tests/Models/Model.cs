namespace Scheduling.Tests.Models;

/// <summary>A subject and its simple twin, side by side. A new one for each story.</summary>
internal abstract class Model<TVerb> where TVerb : struct, Enum
{
    private Sightings _sightings = new();

    /// <summary>What has been seen, in all stories of a run: one in which a kind of answer is missing says little.</summary>
    public Sightings Sightings { set => _sightings = value; }

    /// <summary>How it begins, in words.</summary>
    public abstract string Begin(Dice dice);

    /// <summary>Does the same to both and compares. Answers what was done, for people.</summary>
    public abstract string Do(TVerb verb, Dice dice);

    /// <summary>When the story is over.</summary>
    public virtual void End()
    {
    }

    protected void Saw(string what) => _sightings.Add(what);

    protected static void Same<T>(T twin, T subject, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(twin, subject))
            throw new DifferenceException($"{what}: the twin has {Words(twin, subject)}, the subject {Words(subject, twin)}");
    }

    protected static void SameList<T>(IEnumerable<T> twin, IEnumerable<T> subject, string what)
    {
        var (a, b) = (twin.ToList(), subject.ToList());
        if (!a.SequenceEqual(b))
            throw new DifferenceException($"{what}: the twin has [{string.Join(" | ", a)}], the subject [{string.Join(" | ", b)}]");
    }

    protected static void Holds(bool holds, string what)
    {
        if (!holds)
            throw new DifferenceException(what);
    }

    /// <summary>Of long texts only the part that differs.</summary>
    private static string Words<T>(T value, T other)
    {
        var (text, beside) = (value?.ToString() ?? "nothing", other?.ToString() ?? "nothing");
        if (text.Length < 400)
            return text;
        var same = text.AsSpan().CommonPrefixLength(beside);
        return $"… {text[Math.Max(0, same - 80)..Math.Min(text.Length, same + 160)]} …";
    }
}

/// <summary>The subject does not do as its twin.</summary>
internal sealed class DifferenceException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>How often what was seen.</summary>
internal sealed class Sightings
{
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);

    public void Add(string what) => _counts[what] = Of(what) + 1;

    public int Of(string what) => _counts.GetValueOrDefault(what);

    public override string ToString() => string.Join(", ", _counts.Select(c => $"{c.Value} {c.Key}"));
}
