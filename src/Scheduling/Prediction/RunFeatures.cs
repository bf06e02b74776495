namespace Scheduling.Prediction;

/// <summary>What is known of a job before it runs, and by which its history is looked up. Empty strings are "not known".</summary>
/// <param name="Team">Whom it is charged to.</param>
/// <param name="User">Who submitted it.</param>
/// <param name="Name">The user's name for the job without its digits: see <see cref="Of"/>.</param>
/// <param name="Gpus">Of the whole gang.</param>
/// <param name="Limit">Seconds after which it is ended, NaN when there is none: no prediction goes beyond.</param>
/// <param name="Batch">Jobs that came together, from <see cref="RunBatches"/>; 0 when that is not known.</param>
public readonly record struct RunFeatures(string Team, string User, string Name, int Gpus, double Limit = double.NaN, long Batch = 0)
{
    private const int LongestName = 64;

    /// <summary>Leaves out the digits of the name, so that run-17 and run-18 share a history.</summary>
    public static RunFeatures Of(string team, string user, string name, int gpus, double limit = double.NaN, long batch = 0) =>
        new(team, user, Plain(name), gpus, limit, batch);

    private static string Plain(string name)
    {
        Span<char> plain = stackalloc char[LongestName];
        var length = 0;
        foreach (var c in name)
        {
            if (length == LongestName)
                break;
            if (!char.IsDigit(c))
                plain[length++] = c;
        }

        return length == name.Length ? name : new string(plain[..length]);
    }
}
