namespace Gateway.Hosting;

/// <summary>Where a gateway's grains run.</summary>
public enum SiloSite
{
    /// <summary>In this process, which is a silo too: alone, or one of a cluster ("Silo:Clustering").</summary>
    Beside = 0,

    /// <summary>In the silos of the cluster that the section "Silo" names; this process is a client of them.</summary>
    Remote = 1,
}
