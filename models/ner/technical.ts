import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { words } from './names.ts'
import type { Random } from './random.ts'

/** Names of tools, languages, products, methods and models that are no persons, though many of them were. */
const ownTerms: readonly string[] = [
  ...words(
    'JavaScript TypeScript Python Java Kotlin Swift Rust Golang Ruby Perl PHP Haskell Scala Clojure Erlang Elixir Julia Pascal Delphi Fortran COBOL Ada Lua Dart Zig Nim Crystal Groovy Prolog Lisp Scheme Racket OCaml Elm Solidity MATLAB Octave R SQL PLSQL GraphQL Bash PowerShell Zsh Fish Vim Emacs Nano Neovim VSCode Eclipse IntelliJ PyCharm WebStorm Xcode Jupyter Colab Anaconda Conda Docker Podman Kubernetes Helm Istio Envoy Linkerd Consul Vault Nomad Terraform Ansible Puppet Chef Salt Vagrant Packer Pulumi Jenkins Travis CircleCI Bamboo Argo Flux Tekton Spinnaker Maven Gradle Ant Bazel Buck Webpack Rollup Vite Parcel Babel Gulp Grunt Yarn Bun Deno Node Express Koa Fastify Hapi Nest Next Nuxt Gatsby Remix Astro Svelte Angular React Vue Ember Backbone Polymer Django Flask Pyramid Tornado Celery Rails Sinatra Laravel Symfony Spring Hibernate Struts Quarkus Micronaut Kafka Zookeeper RabbitMQ Redis Memcached Valkey Cassandra MongoDB Postgres PostgreSQL MySQL MariaDB Oracle SQLite Snowflake Redshift BigQuery Athena Hive Presto Trino Spark Hadoop Flink Beam Storm Airflow Luigi Dagster Prefect Elasticsearch Kibana Logstash Solr Lucene Grafana Prometheus Loki Tempo Jaeger Zipkin Datadog Splunk Sentry Nagios Zabbix Ceph Gluster MinIO Nginx Apache Tomcat Jetty Caddy Traefik HAProxy Varnish Squid Linux Ubuntu Debian Fedora CentOS Arch Alpine Mint Windows Android macOS iOS Chrome Firefox Safari Edge Selenium Cypress Playwright Puppeteer Jest Mocha Chai Jasmine Karma Vitest Pytest JUnit Mockito Cucumber Gherkin Postman Swagger Insomnia Figma Sketch Jira Confluence Trello Asana Notion Slack Zoom Teams Outlook Excel Word PowerPoint Access SharePoint Salesforce Zendesk Stripe Twilio Auth0 Okta Keycloak Kerberos OAuth OpenSSL Cloudflare Fastly Akamai Heroku Netlify Vercel Azure AWS GCP Lambda Fargate Aurora Dynamo DynamoDB Kinesis Glue Sagemaker Bedrock Firebase Supabase Prisma Drizzle Sequelize Mongoose Knex TensorFlow PyTorch Keras Theano Caffe Pandas NumPy SciPy Matplotlib Seaborn Plotly Bokeh Polars Dask Ray Numba Claude Gemini Llama Mistral Gemma Bard Alexa Siri Cortana Watson Copilot Falcon Vicuna Alpaca Bert GPT Whisper LangChain Ollama Unity Unreal Godot Blender Maya Arduino Raspberry Log4j Slf4j Guava Jackson Gson Lombok Netty Akka Ktor Ktlint Dagger Hilt Retrofit Moshi Glide Coil Timber Robolectric Espresso Sass Less Tailwind Bootstrap Bulma Storybook Lerna Turborepo Renovate Dependabot Sonar Snyk Trivy Falco Calico Cilium Flannel Weave Rancher Portainer Cassandra Neo4j Titan Janus Druid Pinot Clickhouse Doris Iceberg Delta Hudi Parquet Avro Thrift Protobuf Postfix Dovecot Sendmail Samba Proxmox Xen Hyper-V Wireshark Metasploit Nessus Burp Hashcat Mimikatz Nmap Kali Suricata Zeek Snort Magento Shopify Drupal Joomla WordPress Ghost Hugo Jekyll Eleventy Sanity Strapi Contentful Segment Amplitude Mixpanel Looker Tableau Metabase Superset Fivetran Airbyte Stitch Heap Marketo HubSpot Pardot Intercom Workday Oracle SAP Ariba Concur Coupa Gusto Rippling Ada Eliza Sphinx Doxygen Rosetta Gutenberg Galileo Hubble Kepler Juno Voyager Cassini Darwin Mavericks Yosemite Catalina Sonoma Leopard Nougat Oreo Bionic Focal Jammy Buster Stretch Jessie Wheezy Squeeze Woody Sarge Etch Lenny Bullseye Bookworm Trixie Sid Fedora Cinnamon Mate Budgie Pandora Calypso Juliet Romeo Casper Morpheus Trinity Neo Oberon Miranda Titania Ariel Ophelia',
  ),
  ...words(
    'EC2 ECS EKS ECR S3 EBS EFS RDS SQS SNS IAM KMS VPC CloudFront CloudWatch CloudTrail CloudFormation CodeBuild CodeDeploy CodePipeline Cognito AppSync Amplify Macie GuardDuty Inspector Lightsail Lex Polly Rekognition Comprehend Textract Personalize Forecast Kendra Neptune Timestream QLDB OpenSearch EMR MSK Batch Beanstalk Outposts Snowball Graviton Trainium Inferentia Nitro Bottlerocket Firecracker Corretto Pub/Sub Dataflow Dataproc Bigtable Spanner Firestore AlloyDB Anthos Borg Apigee Vertex AutoML Cosmos Synapse Sentinel Defender Entra Intune Purview Fabric Blazor Razor Orleans Dapper Serilog NLog Polly Moq NUnit xUnit Rider Resharper Roslyn Cygwin MinGW Wine Proton Valgrind Clang LLVM GCC CMake Ninja Meson Conan Bison Flex Yacc ANTLR Jison Qt GTK Electron Tauri Ionic Cordova Capacitor Flutter Xamarin Maui Expo Detox Appium Maestro Fastlane CocoaPods Carthage Realm Alamofire Combine Metal Vulkan OpenGL Direct3D CUDA ROCm Triton OpenCL JAX Flax Haiku Trax Optuna Hyperopt Tune Kubeflow MLflow Feast Seldon BentoML Gradio Streamlit Dash Panel Altair Vega Bokeh Shiny Quarto Sweave Knitr Stan PyMC Edward Pyro Turing Flux Zygote Pluto Genie Jupyter Spyder Orange Weka Knime RapidMiner SPSS Stata SAS Minitab Maple Mathematica Sage Maxima Singular Magma Coq Lean Agda Idris Isabelle Vampire Prover Alloy Dafny Verus Kani Miri Clippy Cargo Tokio Hyper Actix Axum Rocket Warp Diesel Serde Rayon Criterion Gin Echo Fiber Cobra Viper Gorm Chi Mage Phoenix Ecto Nerves Plug Mix Hex Rebar Cowboy Riak Mnesia Puma Unicorn Passenger Thin Sidekiq Resque Capistrano Bundler Rake Rspec Minitest Devise Pundit Sorbet Steep Jbuilder Nokogiri Faraday Hanami Composer Twig Blade Eloquent Doctrine Phalcon Yii Zend Slim Guzzle Monolog Pest Psalm Rector Gunicorn Uvicorn Hypercorn Starlette Sanic Bottle Pydantic Poetry Pipenv Hatch Ruff Flake8 Pylint Mypy Pyright Black Isort Tox Nox Fabric Invoke Scrapy Requests Arrow Pendulum Faker Alembic Jinja Mako Twisted Cython Numba Nuitka Shapely Fiona Rasterio Geopandas Folium Cartopy OpenCV Pillow Gensim NLTK spaCy Stanza Flair Prodigy Doccano Rasa Haystack Chroma Pinecone Weaviate Milvus Qdrant Faiss Annoy Marqo Vespa Typesense Meilisearch Algolia Sonic Manticore Xapian Kyverno Gatekeeper Falco Tetragon Hubble Kiali Knative Keda Velero Harbor Quay Dragonfly Longhorn Rook Linstor Portworx Robin Rancher Harvester Kops Kubespray Minikube Kind K3s Talos Skaffold Tilt Garden Okteto Devspace Telepresence Kustomize Jsonnet Tanka Cue Dhall Nickel Crossplane Backstage Port Humanitec Spacelift Atlantis Scalr Terragrunt Checkov Infracost Opa Wazuh Ossec Osquery Velociraptor TheHive Cortex Cuckoo Ghidra Radare Frida Angr Sqlmap Nikto Gobuster Hydra Medusa Maltego Shodan Censys Empire Covenant Sliver Havoc Responder Impacket Bloodhound Rubeus Certify Okta Ping SailPoint Saviynt CyberArk BeyondTrust Delinea Duo Authy Yubikey Authelia Authentik Dex Ory Hydra Casbin Cerbos Oso Permit Miro Linear Loom Airtable Coda Clickup Monday Basecamp Height Shortcut Wrike Smartsheet Lucidchart Balsamiq Framer Webflow Squarespace Wix Bubble Retool Appsmith Budibase Zapier Make n8n Workato Mulesoft Boomi Talend Informatica Matillion Alteryx Dataiku Databricks Domo Sisense Qlik Cognos Hyperion MicroStrategy Pentaho Jasper Crystal Birt Grammarly DeepL Quillbot Midjourney Firefly Sora Veo Runway Pika Suno Udio Perplexity Cursor Windsurf Codeium Tabnine Cody Devin Replit Lovable Bolt Qwen DeepSeek Phi Yi Command Aya Nova Titan Jurassic Palm Bison Gecko Dolly Falcon Orca Zephyr Starling Solar Nous Hermes Yarn Groq Cerebras Fireworks Replicate Modal Banana Anyscale Lepton Baseten LlamaIndex Haystack AutoGen CrewAI DSPy Guidance Outlines Instructor LiteLLM Portkey Helicone Langfuse Phoenix Ragas Giskard Blackwell Hopper Ampere Turing Volta Pascal Maxwell Kepler Fermi Tesla Quadro GeForce Radeon Ryzen Epyc Threadripper Xeon Skylake Cascade Cooper Sapphire Emerald Granite Sierra Broadwell Haswell Ivy Nehalem Westmere Milan Genoa Bergamo Turin Naples Rome Zen Jetson Xavier Orin Nano Thor Coral Edison Galileo Curie Joule Pixel Galaxy Nexus Surface Kindle Echo Nest Homepod Roku Chromecast Steam Vision Quest Vive Index Odyssey Rift Monterey Ventura Sequoia Tahoe Sierra Capitan Mojave Lion Panther Jaguar Tiger Xenial Trusty Bionic Hirsute Impish Kinetic Lunar Mantic Noble Oracular Tumbleweed Leap Gentoo Slackware Manjaro Endeavour Garuda Tails Qubes Whonix Puppy Solus Deepin Elementary Zorin Jupiter Saturn Mercury Venus Mars Uranus Pluto Ceres Titan Europa Callisto Ganymede Phobos Deimos Triton Charon Apollo Gemini Artemis Orion Ares Athena Hera Zeus Hermes Hephaestus Prometheus Odin Thor Loki Freya Heimdall Valhalla Ragnarok Mjolnir Kafka Camus Dickens Gandalf Frodo Sauron Skywalker Vader Yoda Heartbleed Log4Shell Spectre Meltdown Shellshock Poodle Beast Crime Drown Freak Logjam Stuxnet Conficker Mirai Emotet Ryuk Conti LockBit Petya WannaCry Zeus Dridex Pegasus Cobalt Brotli Snappy Zstd Gzip Bzip2 Deflate Huffman Bcrypt Scrypt Argon2 Blake Keccak Poly1305 ChaCha Salsa Twofish Serpent Camellia Curve25519 Ed25519 Kyber Dilithium Falcon Sphincs Rijndael Lucifer Enigma Monero Ethereum Bitcoin Litecoin Dogecoin Cardano Solana Polkadot Avalanche Ripple Stellar Tezos Cosmos Hyperledger Besu Corda Quorum Ganache Truffle Hardhat Foundry Remix',
  ),
  ...words(
    'LoRA QLoRA DoRA RoPE ALiBi ViT DeiT CLIP BLIP DINO MAE SAM ELMo BERT RoBERTa ALBERT DeBERTa ELECTRA BART T5 FLAN GLaM PaLM LaMDA YOLO ResNet VGG AlexNet LeNet MobileNet UNet GAN CycleGAN StyleGAN DALL-E Imagen Muse Parti Adam AdamW AdaGrad RMSProp Lion LAMB SGD PPO DPO GRPO RLHF DAgger Joi Zod Yup Ajv Valibot Superstruct ArkType Luxon Moment Lodash Ramda Immer Redux MobX Zustand Jotai Recoil Pinia Vuex XState RxJS Axios Ky Got Nock Sinon Chai Enzyme Percy Chromatic Cheerio Handlebars Mustache Pug Jade Haml Slim Liquid Marko Lit Stencil Alpine Preact Inferno Qwik Solid Mithril Aurelia Meteor Sails Feathers Loopback Adonis Keystone Payload Ghost Directus Bugzilla Mantis Redmine Trac Gerrit Gogs Gitea Forgejo Phabricator Subversion Mercurial Perforce Bazaar Darcs Fossil Hudson Bixby Alexa Siri Cortana Jarvis Samantha Ernie Otter Jasper Harvey Copy Rytr Claude Grok Pi Poe Sydney Bard Ernie Julius Einstein Watson Holmes Marvin Eva Tay Zo Mycroft Rhasspy Snips Houdini Nuke Katana Mari Maya Modo Rhino Revit Civil Inventor Fusion Catia Solid Creo Ansys Abaqus Nastran Comsol Simulink Stateflow LabVIEW Vivado Quartus Verilog Chisel Amaranth Rosetta Wine Parallels Vanderpool Pacifica Barton Thorton Conroe Merom Penryn Yorkfield Clarkdale Allendale Dothan Banias Prescott Tejas Willamette Katmai Klamath Deschutes Mendocino Covington Morgan Spitfire Palomino Winchester Venice Manila Windsor Brisbane Orleans Clawhammer Sledgehammer Zosma Regor Vishera Trinity Richland Kaveri Carrizo Raven Picasso Renoir Cezanne Rembrandt Phoenix Vermeer Raphael Matisse Pinnacle Naples Chagall Dali Lucienne Van-Gogh Mendel Escher',
  ),
  ...words(
    'Sophos Fortinet FortiGate Checkpoint Barracuda Zscaler Okta Auth0 Keycloak Ping CyberArk Tenable Nessus Qualys Rapid7 Snyk Veracode SonarQube Trivy Falco Wazuh Ossec Suricata Snort Zeek Wireshark Nmap Metasploit Mimikatz Kali Tails Tor Bitwarden KeePass Mesos Marathon Chronos Aurora Hudi Iceberg Paimon Delta Druid Pinot Kylin Impala Drill Calcite Avro Parquet Arrow Thrift Protobuf Koin Ktor Hilt Dagger Guice Lombok MapStruct Mockito Hamcrest Truth Robolectric Testify Gomega Ginkgo Buster Bullseye Bookworm Trixie Forky Stretch Jessie Wheezy Focal Jammy Noble Bionic Xenial Sonoma Ventura Monterey Catalina Mojave Sequoia Tahoe Elysia Hono Drizzle Prisma Kysely Sequelize Mongoose TypeORM Bull Agenda Temporal Cadence Camunda Zeebe Flowable Conductor Netflix Eureka Ribbon Hystrix Zuul Feign Sleuth Zipkin Kong Tyk Krakend Apollo Hasura Strapi Supabase Appwrite Pocketbase Convex Neon Turso Planetscale Vitess Cockroach Yugabyte TiDB Scylla Aerospike Couchbase Couch Riak Dynamo Fauna Arango Dgraph Neo4j Memgraph Janus Weaviate Qdrant Milvus Pinecone Chroma Vespa Typesense Meilisearch Algolia Manticore Sphinx Tika Nifi Kettle Talend Fivetran Airbyte Stitch Meltano Segment Amplitude Mixpanel Heap Matomo Plausible Umami Hotjar Optimizely LaunchDarkly Unleash Flagsmith Statsig Lerna Nx Rush Turborepo Pants Please Rake Thor Capistrano Chef Habitat Inspec Serverspec Molecule Testinfra Goss Bats Shellcheck Hadolint Checkov Tflint Terrascan Infracost Atlantis Spacelift Crossplane Backstage Humanitec Garden Tilt Skaffold Telepresence Okteto Devspace Lens Rancher Longhorn Harvester Talos Flatcar Photon Tanzu Nutanix Proxmox Xen Harmony Kata Firecracker Gvisor Cilium Calico Flannel Weave Antrea Multus MetalLB Kyverno Gatekeeper Velero Kasten Stash Veeam Bacula Borg Restic Duplicity Rclone Syncthing Nextcloud Owncloud Seafile Immich Jellyfin Plex Emby Kodi Sonarr Radarr Pihole Unbound Bind Knot Dnsmasq Kea Freeradius Openldap Samba Sssd Kerberos Heimdal Postfix Dovecot Exim Rspamd Zimbra Mailcow Roundcube Thunderbird Outlook Lotus Domino Notes',
  ),
  ...words(
    'PostgreSQL Greenplum Vertica Teradata Netezza Exasol Firebolt Databricks Dremio Starburst Alteryx Qlik Domo Sisense Cognos Hyperion Essbase Jedox Anaplan Workday Oracle NetSuite Odoo Sage Xero FreshBooks QuickBooks Zoho Freshdesk Zendesk Intercom Front Help-Scout Gorgias HubSpot Marketo Pardot Eloqua Braze Iterable Klaviyo Mailchimp Sendgrid Mailgun Postmark Twilio Vonage Plivo Bandwidth Stripe Adyen Braintree Klarna Affirm Square Plaid Marqeta Mesosphere Nagios Icinga Checkmk Centreon Cacti Munin Netdata Telegraf Influx Chronograf Kapacitor Thanos Cortex Mimir Tempo Pyroscope Alloy Faro Beyla Honeycomb Lightstep Instana Dynatrace Elastic Kibana Logz Sumo Graylog Fluentd Fluent-Bit Vector Logstash Loggly Papertrail Rollbar Bugsnag Raygun Airbrake PagerDuty Opsgenie VictorOps Statuspage Squadcast Blameless Rootly Pingdom Uptime Catchpoint Gatling Locust Artillery Vegeta Tsung Siege Wrk Hurl Bruno Insomnia Hoppscotch Postman Paw Karate Robot Gauge Behat Behave Lettuce Spock Geb Espresso Earl Maestro Katalon Ranorex Sikuli Tosca Leapwork UiPath Blue-Prism Automation-Anywhere Zapier Make n8n Tray Workato Boomi MuleSoft Camel Fuse Tibco WebSphere Liberty WildFly Payara Glassfish Resin Undertow Netty Vert.x Akka Pekko Lagom Play Lift Slick Doobie Cats Zio Monix Fansi Ammonite Mill Bleep Metals Scalafix Wartremover',
  ),
  'Monte Carlo',
  'Salesforce Einstein',
  'GitHub Actions runner',
  'Jasper Reports',
  'Harvey AI',
  'Julia Hub',
  'Watson Studio',
  'Azure Key Vault',
  'Azure Cosmos DB',
  'Cloud Run',
  'Step Functions',
  'API Gateway',
  'Secrets Manager',
  'Argo CD',
  'Cert Manager',
  'Docker Desktop',
  'Docker Compose',
  'Docker Swarm',
  'Spring Cloud',
  'Delta Lake',
  'Cobalt Strike',
  'Burp Suite',
  'Rocket Chat',
  'Home Assistant',
  'Windows Terminal',
  'Ruby gem',
  'Visual Studio Code',
  'Google Cloud',
  'Google Sheets',
  'Google Docs',
  'Google Analytics',
  'Microsoft Teams',
  'Power BI',
  'Active Directory',
  'Internet Explorer',
  'Apache Kafka',
  'Apache Spark',
  'Amazon S3',
  'Amazon Redshift',
  'Ruby on Rails',
  'Spring Boot',
  'Spring Security',
  'Azure DevOps',
  'GitHub Actions',
  'GitHub Copilot',
  'GitLab CI',
  'Bitbucket Pipelines',
  'Tailwind CSS',
  'Material UI',
  'Adobe Photoshop',
  'Adobe Illustrator',
  'Android Studio',
  'Jetpack Compose',
  'React Native',
  'Next.js',
  'Vue.js',
  'Node.js',
  'Express.js',
  'D3.js',
  'Three.js',
  'Raspberry Pi',
  'Hugging Face',
  'Stable Diffusion',
  'Claude Sonnet',
  'Claude Opus',
  'Claude Haiku',
  'Gemini Pro',
  'Llama 3',
  'GPT-4o',
  'Elastic Stack',
  'Cloud Foundry',
  'Red Hat Enterprise Linux',
  'Ubuntu Server',
  'Windows Server',
  'SQL Server',
  'Oracle Database',
  'Power Automate',
  'Dynamics 365',
  'SAP HANA',
  'Apache Maven',
  'Eclipse Che',
  'Open Policy Agent',
  "Let's Encrypt",
  'Hyperledger Fabric',
]

/** All terms: our own, the programming languages of linguist and the brands of simple-icons. */
export function readTechnicalTerms(isGivenName: (word: string) => boolean): string[] {
  const require = createRequire(import.meta.url)
  const languages: unknown = require('linguist-languages')
  const icons = join(import.meta.dir, '../node_modules/simple-icons/data/simple-icons.json')
  const brands: unknown = JSON.parse(readFileSync(icons, 'utf8'))
  const found = [...namesIn(languages), ...namesIn(brands)].filter(
    (name) => /^[A-Z0-9][\w.+#-]*( [\w.+#-]+)?$/.test(name) && !name.split(' ').some(isGivenName),
  )
  return [...new Set([...ownTerms, ...found])]
}

/** The names or titles of a list or table of things. */
function namesIn(source: unknown): string[] {
  if (typeof source !== 'object' || source === null) return []
  return Object.values(source).flatMap((item: unknown): string[] => {
    if (typeof item !== 'object' || item === null) return []
    const { name, title } = { name: undefined, title: undefined, ...item }
    const found: unknown = title ?? name
    return typeof found === 'string' ? [found] : []
  })
}

/** Methods and laws that bear the name of somebody. */
export const eponyms: readonly string[] = [
  "Dijkstra's algorithm|Bellman-Ford|Floyd-Warshall|Kruskal's algorithm|Prim's algorithm|Kadane's algorithm|the Knuth-Morris-Pratt algorithm|Boyer-Moore|Rabin-Karp|Aho-Corasick|Levenshtein distance|Hamming distance|Damerau-Levenshtein|Jaccard similarity|Jaro-Winkler|a Bloom filter|the Fisher-Yates shuffle|Huffman coding|Lempel-Ziv|Shannon entropy|Bayes' theorem|naive Bayes|a Markov chain|hidden Markov models|Monte Carlo simulation|a Gaussian distribution|the Poisson distribution|the Bernoulli distribution|Pareto optimality|Nash equilibrium|a Turing machine|the von Neumann architecture|Amdahl's law|Moore's law|Conway's law|Brooks's law|Hyrum's law|Goodhart's law|Murphy's law|Occam's razor|Little's law|Metcalfe's law|the Liskov substitution principle|the law of Demeter|Backus-Naur form|Chomsky normal form|Boolean algebra|Karnaugh maps|Fibonacci numbers|Pascal's triangle|the sieve of Eratosthenes|Euclid's algorithm|Euler's method|the Euler totient|Newton's method|Newton-Raphson|Gauss-Seidel|Gaussian elimination|Gram-Schmidt|Cholesky decomposition|the Jacobian|the Hessian matrix|a Hilbert curve|a Voronoi diagram|Delaunay triangulation|Bezier curves|the Fourier transform|the Laplace transform|the Taylor series|Maclaurin series|the Riemann sum|Lagrange multipliers|a Hamiltonian path|an Eulerian circuit|Dirichlet allocation|the Gini coefficient|Pearson correlation|Spearman's rho|Kendall's tau|Student's t-test|the Mann-Whitney test|the Wilcoxon test|the Kolmogorov-Smirnov test|Bonferroni correction|the Shapiro-Wilk test|Cohen's kappa|Cronbach's alpha|the Kelly criterion|Black-Scholes|the Sharpe ratio|Michelson-Morley|Maxwell's equations|Ohm's law|Kirchhoff's laws|Faraday's law|Hooke's law|Boyle's law|Avogadro's number|Planck's constant|the Schrödinger equation|Heisenberg's uncertainty principle|the Doppler effect|the Nyquist frequency|a Kalman filter|a Butterworth filter|the Lorentz factor|Fermat's little theorem|the Collatz conjecture|the Goldbach conjecture|the Riemann hypothesis|Diffie-Hellman|Merkle trees|Shamir secret sharing|Reed-Solomon codes|the Byzantine generals problem|Paxos|Raft|Lamport clocks|Parkinson disease|Alzheimer disease|Crohn disease|the Apgar score|the Glasgow coma scale|Hodgkin lymphoma|the Heimlich manoeuvre|the Richter scale|the Myers-Briggs test|the Likert scale|the Bechdel test|a Rorschach test|a Rubik's cube|a Swiss army knife|the Big Mac index|a Gantt chart|a Pareto chart|Venn diagrams|a Sankey diagram|the Sapir-Whorf hypothesis|Stokes' theorem|Pythagoras' theorem|Lambert-Beer|Watson Assistant|Einstein Analytics|a Stirling engine|a Tesla coil|a Geiger counter|Celsius and Fahrenheit|Ampère's law|the Chandrasekhar limit|Noether's theorem|Grover's algorithm|Shor's algorithm|Strassen's algorithm|Tarjan's algorithm|Kahn's algorithm|Adam|the Adam optimizer|Nesterov momentum|Xavier initialization|He initialization|Wasserstein distance|Kullback-Leibler divergence|Mahalanobis distance|Minkowski distance|Gibbs sampling|Metropolis-Hastings|Latin squares|Lorem ipsum|Down syndrome|Tourette syndrome|Huntington disease|Addison disease|Cushing syndrome|Graves disease|Hashimoto thyroiditis|Kawasaki disease|Marfan syndrome|Bell's palsy|the Babinski sign|Ménière disease|Raynaud phenomenon|Sjögren syndrome|Wilson disease|Guillain-Barré syndrome|Asperger syndrome|the Epstein-Barr virus|the Golgi apparatus|the Krebs cycle|Langerhans cells|the Achilles tendon|the Epley manoeuvre|the Romberg test|the Valsalva manoeuvre|a Foley catheter|the Laffer curve|the Phillips curve|Okun's law|Gresham's law|a Ponzi scheme|the Bretton Woods system|Basel III|the Dow Jones|a Roth IRA|Glass-Steagall|Dodd-Frank|Sarbanes-Oxley|Bollinger bands|Fibonacci retracement|Elliott waves|Keynesian economics|the Lorenz curve|the Herfindahl index|Maslow's hierarchy|Pavlov's dogs|a Skinner box|the Milgram experiment|the Stroop effect|the Dunning-Kruger effect|the Hawthorne effect|a Freudian slip|Piaget's stages|Erikson's stages|the Kübler-Ross model|the Navier-Stokes equations|the Hardy-Weinberg principle|Bernoulli's principle|the Coriolis force|the Carnot cycle|the Hall effect|the Zeeman effect|Compton scattering|a Josephson junction|the Casimir effect|the Hubble constant|the Drake equation|the Fermi paradox|the Higgs boson|the Van Allen belts|the Kuiper belt|the Oort cloud|Hawking radiation|the Schwarzschild radius|Porter's five forces|Kotter's eight steps|the Tuckman model|the Eisenhower matrix|the Pomodoro technique|the Ansoff matrix|Herzberg's theory|the Deming cycle|an Ishikawa diagram|the Kano model|Darwinian evolution|Mendelian inheritance|Newtonian mechanics|Euclidean distance|Cartesian coordinates|Boolean logic|Mersenne primes|Runge-Kutta|the Wald interval|the Wilson score|a Weibull distribution|the Benjamini-Hochberg procedure|Granger causality|the Dickey-Fuller test|the Hausman test|Heckman correction|Cox regression|Kaplan-Meier curves|Mendel's laws|Zipf's law|Benford's law|Fitts's law|Hick's law|Postel's law|Wirth's law|Linus's law|Parkinson's law|the Peter principle|the Dewey decimal system|Braille|Morse code|the Caesar cipher|a Vigenère cipher|the Rijndael cipher|the Feistel network|Galois fields|Abelian groups|Hilbert spaces|Banach spaces|the Cauchy distribution|the Dirac delta|the Gamma function|Bessel functions|Legendre polynomials|Chebyshev polynomials|Hermite polynomials|Zernike polynomials|the Sobel operator|Canny edge detection|the Hough transform|Otsu's method|Perlin noise|Gouraud shading|Phong shading|Catmull-Rom splines|Hungarian notation|Fagan inspection|Halstead metrics|Boehm's spiral model|Gantt charts|Gantt and PERT charts|Tobin's Q|the Heston model|the Fama-French model|the Volcker rule|Lyme disease|Wenckebach block|a Swan-Ganz catheter|Mobitz block|Crohn's disease|Hoehn and Yahr|Needleman-Wunsch|Smith-Waterman|the Chandy-Lamport snapshot",
].flatMap((list) => list.split('|'))

const eponymHeads = words(
  'theorem law distribution algorithm equation syndrome criterion coefficient inequality conjecture lemma transform matrix paradox principle constant curve diagram chart process effect number series filter test disease procedure rule cipher heuristic',
)

/** A law or method that nobody has found yet, so that any surname before such a word is seen for what it is. */
function inventEponym(surnames: readonly string[], random: Random): string {
  const [one, two] = [random.pick(surnames), random.pick(surnames)]
  const head = random.pick(eponymHeads)
  const form = random.next()
  if (form < 0.35) return `${one}${random.pick(["'", '’'])}s ${head}`
  if (form < 0.7) return `the ${one}-${two} ${head}`
  return `the ${one} ${head}`
}

/** With either apostrophe, or with one where there was none: Crohn disease, Crohn’s disease. */
function spellEponym(eponym: string, random: Random): string {
  const possessive = random.chance(0.5)
    ? eponym.replace(
        /(?<!s)(?= (disease|syndrome|palsy|lymphoma|law|phenomenon|thyroiditis)$)/,
        "'s",
      )
    : eponym
  return random.chance(0.4) ? possessive.replaceAll("'", '’') : possessive
}

/** The name alone, as people shorten it: Dijkstra, Aho-Corasick. */
function bareName(eponym: string): string {
  return /\p{Lu}[\p{L}-]*/u.exec(eponym)?.[0] ?? eponym
}

const starts = words(
  'Kube Data Cloud Micro Open Air Hyper Meta Auto Git Dev Net Log Graph Stream Py Code Type Test Deep Auth Vector Pixel Byte Event Nano Snow Sky Flux Doc Task Ops Fast Turbo Quick Rapid Zen Mono Omni Poly Terra Aqua Astro Cyber Electro Proto Crypto Block Chain Smart Bright Swift Light',
)
const ends = words(
  'flow base hub lab ify ly stack forge mesh wave port lens works space kit store sync beam guard gate way craft shift bench pilot scope ground point watch cast board bridge lift dock ship yard mark track flare force box cache grid line path script bot wire deck smith db ql io',
)

const editions = words(
  'Flash Pro Ultra Sonnet Opus Mini Nano Turbo Max Lite Studio Cloud Server Enterprise Community Desktop Core Edge Plus Preview Express Vision Code Go X Air',
)

/** What is known of the names of persons where terms are drawn. */
export interface TermNames {
  readonly isName: (word: string) => boolean
  readonly isGivenName: (word: string) => boolean
  readonly surnames: readonly string[]
}

/**
 * Draws technical terms, those that are names of people as well more often; some are invented, so that unknown ones
 * are taken for what they are by their surroundings.
 */
export function createTechnicalMaker(
  terms: readonly string[],
  names: TermNames,
  random: Random,
): () => string {
  const alsoNames = terms.filter((term) => term.split(' ').every(names.isName))
  const alsoGiven = alsoNames.filter((term) => term.split(' ').some(names.isGivenName))
  return () => {
    const form = random.next()
    if (form < 0.12) return random.pick(alsoGiven)
    if (form < 0.24) return random.pick(alsoNames)
    if (form < 0.42) return random.pick(ownTerms)
    if (form < 0.57) return random.pick(terms)
    if (form < 0.67) return spellEponym(random.pick(eponyms), random)
    if (form < 0.7) return bareName(random.pick(eponyms))
    if (form < 0.75) return inventEponym(names.surnames, random)
    const end = random.pick(ends)
    const joined =
      random.pick(starts) + (random.chance(0.3) ? end[0]?.toUpperCase() + end.slice(1) : end)
    if (random.chance(0.1)) return `${joined} ${random.pick(editions)}`
    return random.chance(0.15) ? `${joined} ${1 + random.below(12)}` : joined
  }
}
