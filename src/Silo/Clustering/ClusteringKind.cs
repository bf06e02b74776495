namespace Silo.Clustering;

/// <summary>How silos find each other.</summary>
public enum ClusteringKind
{
    /// <summary>One silo, alone.</summary>
    Embedded = 0,

    /// <summary>Several silos, whose membership is kept in the PostgreSQL database of "Silo:Postgres". Real Orleans only (Feed=full).</summary>
    Postgres = 1,

    /// <summary>Several silos, whose membership is kept in the table of "Silo:Azure". Real Orleans only (Feed=full).</summary>
    Azure = 2,
}
