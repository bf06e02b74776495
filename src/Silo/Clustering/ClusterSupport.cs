namespace Silo.Clustering;

/// <summary>Whether this program was built with what several silos need.</summary>
public static class ClusterSupport
{
    /// <summary>Why several silos cannot be had; null where they can.</summary>
    public static string? WhyNot => ClusterHosting.WhyNot;
}
