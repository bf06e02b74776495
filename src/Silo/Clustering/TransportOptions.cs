namespace Silo.Clustering;

/// <summary>
/// Who may speak to silos: TLS with certificates on both sides. Configuration section "Silo:Tls". Files are PEM, and are read again when they change.
/// </summary>
public sealed class TransportOptions
{
    /// <summary>The authority, or authorities, that sign silos' and gateways' certificates; null: nothing is encrypted, and everybody may connect.</summary>
    public string? AuthorityFile { get; set; }

    /// <summary>This process's certificate, with those between it and the authority.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>Its private key.</summary>
    public string? KeyFile { get; set; }

    /// <summary>The DNS name that is in a silo's certificate: who has it may act as a silo. Default "silo.scheduler".</summary>
    public string SiloName { get; set; } = "silo.scheduler";

    /// <summary>The DNS name that is in a gateway's certificate: who has it may call grains as a client. Default "gateway.scheduler".</summary>
    public string GatewayName { get; set; } = "gateway.scheduler";

    internal bool IsUsed => AuthorityFile is not null;

    internal IEnumerable<string> Errors()
    {
        if (!IsUsed)
        {
            if (CertificateFile is not null || KeyFile is not null)
                yield return "Silo:Tls:AuthorityFile is not set, but a certificate is: it takes all three.";
            yield break;
        }

        foreach (var (name, file) in new[] { (nameof(AuthorityFile), AuthorityFile), (nameof(CertificateFile), CertificateFile), (nameof(KeyFile), KeyFile) })
        {
            if (string.IsNullOrWhiteSpace(file))
                yield return $"Silo:Tls:{name} is not set: TLS takes an authority, a certificate and its key.";
            else if (!File.Exists(file))
                yield return $"Silo:Tls:{name} is {file}, which is not there.";
        }

        if (string.IsNullOrWhiteSpace(SiloName) || string.IsNullOrWhiteSpace(GatewayName) || SiloName == GatewayName)
            yield return "Silo:Tls:SiloName and GatewayName are two different DNS names.";
    }
}
