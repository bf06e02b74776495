using System.Collections.Immutable;

namespace Scheduling.Model;

/// <summary>Which taints a worker tolerates.</summary>
public static class Tolerance
{
    /// <summary>Stands for every value of a key, and for every key. No key or value of a node can be this.</summary>
    public const string Any = "*";

    public static bool Covers(ImmutableArray<Label> tolerations, Label taint)
    {
        foreach (var toleration in tolerations)
        {
            if ((toleration.Key == taint.Key || toleration.Key == Any) && (toleration.Value == taint.Value || toleration.Value == Any))
            {
                return true;
            }
        }

        return false;
    }
}
