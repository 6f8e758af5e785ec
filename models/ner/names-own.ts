/** Given names and family names of a language, romanised where its script is another. */
export interface OwnNames {
  readonly language: string
  readonly given: string
  readonly family: string
}

/** Names that the packages do not have, gathered from general knowledge; separated by spaces. */
export const ownNames: readonly OwnNames[] = [
  {
    language: 'arabic',
    given:
      'Mohammed Muhammad Mohamed Ahmed Ali Omar Hassan Hussein Khalid Khaled Youssef Yusuf Ibrahim Mustafa Tariq Tarek Karim Samir Nabil Faisal Abdullah Abdulrahman Abdelaziz Abdul Hamza Bilal Rashid Saeed Said Salim Walid Ziad Jamal Kamal Mahmoud Nasser Anwar Adel Amir Ayman Bassem Fadi Ghassan Hani Hatem Imad Jaber Majed Marwan Munir Nizar Osama Qasim Raed Rami Sami Sultan Wael Yasser Yahya Zaid Fatima Aisha Maryam Khadija Zainab Layla Leila Noor Noura Huda Salma Amina Yasmin Rania Dina Hala Hanan Iman Jamila Lina Lubna Maha Mona Nadia Nahla Najwa Rasha Reem Rima Sahar Samira Sara Shaima Sumaya Wafa Zahra Farah Ghada Hind Inas Amal Abeer Asma Basma',
    family:
      'Al-Sayed Al-Rashid Al-Farsi Al-Masri Al-Hashimi Al-Mansouri Al-Qahtani Al-Ghamdi Al-Otaibi Al-Dosari Al-Harbi Al-Shammari Al-Zahrani El-Sayed El-Amin El-Masry Haddad Khoury Mansour Nasser Saleh Hamdan Hussein Ibrahim Khalil Najjar Nassar Rahman Sabbagh Said Shaheen Taha Yassin Zaman Aziz Bakr Darwish Fakhoury Farouk Ghanem Habib Jaber Kanaan Karam Malik Mahfouz Moussa Naguib Osman Qasim Rizk Salama Shalabi Soliman Tawfik Touma Wahba Youssef Ziadeh Benali Bouazizi Boukhari Benjelloun Alaoui Chraibi Idrissi Mezouar Tazi',
  },
  {
    language: 'chinese',
    given:
      'Wei Fang Xiuying Na Min Jing Li Qiang Lei Jun Yang Yong Yan Jie Juan Tao Ming Chao Xiulan Xia Ping Gang Guiying Xiaoming Xiaohong Jianguo Jianhua Zhiqiang Zhiwei Haiyan Hongmei Yuhan Zihan Yutong Xinyi Haoran Haoyu Yuxuan Zixuan Mengyao Ruoxi Siyu Junjie Jiahao Yifan Tianyu Chenxi Yuelin Meiling Shufen Guanghui Weiguo Dongmei Lihua Xiaoyan Zhenhua Wenjie Bowen Yichen Zhihao Kexin Jiayi Xueqin Peng Bin Hui Ling Hua Bo Kai Rui Shan Ying Zhen',
    family:
      'Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Lin Gao Luo Zheng Liang Xie Tang Han Cao Deng Feng Peng Zeng Xiao Tian Dong Pan Yuan Cai Jiang Yu Du Ye Cheng Wei Su Lu Ding Ren Shen Yao Lu Cui Zhong Tan Wang Fan Jin Shi Liao Jia Xia Fu Fang Bai Zou Meng Xiong Qin Qiu Hou Yin Xue Yan Lei Long Tao Shi Gu Mao Hao Gong Shao Wan Qian Dai Mo Kong Xiang Ouyang Sima Zhuge',
  },
  {
    language: 'japanese',
    given:
      'Hiroshi Kenji Takashi Satoshi Yuki Haruto Sota Yuto Ren Kaito Daiki Shota Ryo Kazuki Naoki Takumi Kenta Makoto Akira Shinji Koji Yusuke Tomohiro Masahiro Sakura Yui Aoi Hina Rin Mei Yuna Haruka Miyu Akiko Yoko Keiko Michiko Naoko Noriko Yumi Emi Mariko Kumiko Tomoko Ayumi Chiyo Sachiko Hanako Ichiro Jiro Saburo Taro Noboru Osamu Minoru Isamu Susumu Katsumi',
    family:
      'Sato Suzuki Takahashi Tanaka Watanabe Ito Yamamoto Nakamura Kobayashi Kato Yoshida Yamada Sasaki Yamaguchi Matsumoto Inoue Kimura Hayashi Shimizu Yamazaki Mori Abe Ikeda Hashimoto Yamashita Ishikawa Nakajima Maeda Fujita Ogawa Goto Okada Hasegawa Murakami Kondo Ishii Saito Sakamoto Endo Aoki Fujii Nishimura Fukuda Ota Miura Fujiwara Okamoto Matsuda Nakagawa Nakano Harada Ono Tamura Takeuchi Kaneko Wada Nakayama Ishida Ueda Morita Takada Takeda',
  },
  {
    language: 'korean',
    given:
      'Minjun Seojun Hajun Dohyun Jiho Junseo Hyunwoo Jihoon Sungmin Youngho Kyungsoo Jinwoo Taehyun Dongwook Sangwoo Min-jun Ji-hoon Seo-yeon Ji-woo Soo-jin Hye-jin Eun-ji Min-seo Ha-yoon Seoyeon Jiwoo Sooyoung Hyejin Eunji Minseo Yuna Soyeon Jisoo Yerin Hyunjin Mikyung Sunhee Youngsook Jungho Byungchul Kyunghee',
    family:
      'Kim Lee Park Choi Jung Kang Cho Yoon Jang Lim Han Oh Seo Shin Kwon Hwang Ahn Song Ryu Hong Jeon Moon Yang Bae Baek Nam Noh Ha Joo Woo',
  },
  {
    language: 'indian',
    given:
      'Aarav Arjun Vivaan Aditya Vihaan Sai Krishna Ishaan Rohan Rahul Amit Sanjay Rajesh Suresh Ramesh Mahesh Vijay Ajay Anil Sunil Deepak Manoj Vikram Nikhil Karthik Pradeep Prakash Ravi Ganesh Harish Naveen Srinivas Venkatesh Subramanian Gopal Mohan Ashok Vinod Kiran Ananya Aadhya Diya Priya Pooja Neha Kavya Anjali Sneha Divya Lakshmi Meera Radha Sunita Geeta Sita Rekha Shreya Swati Nisha Ritu Shweta Padma Parvati Sarita Usha Asha Lata Jyoti Aishwarya Deepika Harpreet Gurpreet Jaspreet Manpreet Balwinder Kuldeep Imran Irfan Salman Farhan Ayesha Fatima Sana Zoya Tanvir Nusrat Shahid Rehana Bipasha Subhash Debashish Sourav Arundhati',
    family:
      'Sharma Verma Gupta Singh Kumar Patel Shah Mehta Desai Joshi Reddy Rao Naidu Iyer Iyengar Nair Menon Pillai Krishnan Raman Subramaniam Venkataraman Chatterjee Mukherjee Banerjee Bose Ghosh Das Sen Dutta Chakraborty Bhattacharya Agarwal Aggarwal Jain Khanna Kapoor Malhotra Chopra Bhatia Sethi Arora Kaur Gill Sidhu Dhillon Mishra Tiwari Pandey Dubey Trivedi Chaturvedi Shukla Yadav Chauhan Rathore Thakur Rajput Patil Kulkarni Deshpande Deshmukh Gokhale Kale Pawar Shinde Khan Ansari Qureshi Siddiqui Hussain Ahmed Sheikh Mirza Hegde Shetty Kamath Pai Bhat Gowda Murthy Natarajan Ramachandran Sundaram Balakrishnan Chaudhary Rahman Hossain Islam Begum Akhtar Perera Fernando Jayawardena Bandara Wickramasinghe',
  },
  {
    language: 'slavic',
    given:
      'Ivan Dmitri Dmitry Sergei Sergey Alexei Alexey Nikolai Mikhail Vladimir Andrei Andrey Pavel Oleg Igor Boris Viktor Yuri Konstantin Maxim Artem Kirill Roman Stanislav Vyacheslav Anatoly Gennady Evgeny Natalia Natalya Olga Tatiana Svetlana Irina Elena Ekaterina Anastasia Oksana Ludmila Galina Yulia Ksenia Daria Marina Vera Nadezhda Bohdan Taras Mykola Oleksandr Volodymyr Andriy Iryna Olena Kateryna Krzysztof Wojciech Zbigniew Stanisław Grzegorz Małgorzata Agnieszka Katarzyna Zofia Jacek Marek Tomasz Piotr Paweł Václav Jiří Zdeněk Miloš Ondřej Lukáš Tereza Kateřina Jana Božena Dragan Zoran Goran Slobodan Branislav Nenad Dejan Vesna Snežana Ljiljana Jelena Milica Dušan Boško Stjepan Hrvoje Davor Nikša Krešimir Mirjana Petar Georgi Dimitar Stoyan Hristo Todor Plamen Rumen Desislava Tsvetana Yordanka Jonas Vytautas Mindaugas Darius Rasa Ingrida Jūratė Jānis Andris Inese Ilze Tõnu Jaan Kaja Märt',
    family:
      'Ivanov Ivanova Petrov Petrova Sidorov Smirnov Smirnova Kuznetsov Popov Popova Vasiliev Sokolov Mikhailov Novikov Fedorov Fedorova Morozov Volkov Volkova Alekseev Lebedev Semenov Egorov Pavlov Kozlov Stepanov Nikolaev Orlov Andreev Makarov Nikitin Zakharov Kovalev Kovalenko Shevchenko Bondarenko Tkachenko Kravchenko Oliynyk Melnyk Boyko Marchenko Lysenko Rudenko Savchenko Petrenko Kowalski Kowalska Nowak Wiśniewski Wójcik Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Kozłowski Jankowski Mazur Kwiatkowski Krawczyk Novák Nováková Svoboda Novotný Dvořák Dvořáková Černý Procházka Kučera Veselý Horák Němec Pokorný Marek Jovanović Petrović Nikolić Marković Đorđević Stojanović Ilić Stanković Pavlović Milošević Horvat Kovačević Babić Marić Jurić Novaković Vuković Knežević Kovač Zupan Krajnc Potočnik Georgiev Dimitrov Ivanova Stoyanov Todorov Kazlauskas Petrauskas Jankauskas Bērziņš Kalniņš Ozoliņš Tamm Saar Mägi Kask Ilves',
  },
  {
    language: 'turkish',
    given:
      'Mehmet Mustafa Ahmet Ali Hüseyin Hasan İbrahim Murat Emre Burak Serkan Volkan Cem Can Deniz Kerem Onur Selim Tolga Umut Yusuf Ayşe Fatma Emine Hatice Zeynep Elif Meryem Şerife Zehra Sultan Hülya Esra Gül Gizem Ece Defne Derya İrem Merve Özlem Pınar Sevgi Tuğba Yasemin Huseyin Ibrahim Ayse Ozlem',
    family:
      'Yılmaz Kaya Demir Şahin Çelik Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin Kara Koç Kurt Özkan Şimşek Polat Erdoğan Güneş Aksoy Bulut Avcı Korkmaz Çakır Erdem Tekin Yilmaz Celik Ozturk Sahin Dogan Kilic',
  },
  {
    language: 'african',
    given:
      'Chinedu Emeka Chukwuma Ifeanyi Obinna Uche Ngozi Adaeze Chioma Nkechi Amaka Ifeoma Chiamaka Oluwaseun Tunde Babatunde Adebayo Olumide Femi Segun Folake Yetunde Temitope Ayodele Kwame Kofi Kwaku Yaw Kojo Ama Akosua Abena Efua Esi Adwoa Kwabena Wanjiku Njeri Wambui Kamau Mwangi Otieno Ochieng Achieng Akinyi Kipchoge Chebet Juma Amani Baraka Zuri Nia Imani Thabo Sipho Bongani Themba Nomvula Thandiwe Lindiwe Nomsa Zanele Lerato Palesa Mpho Tshepo Tendai Tafadzwa Farai Rutendo Chipo Tesfaye Abebe Bekele Haile Dawit Selam Hiwot Meseret Almaz Mulugeta Getachew Mamadou Moussa Ousmane Abdoulaye Ibrahima Fatou Aminata Mariama Aissatou Awa Modou Cheikh Sekou Amadou Boubacar Salimata',
    family:
      'Okafor Okonkwo Nwosu Eze Okeke Obi Adeyemi Adebayo Ogunleye Balogun Oyelaran Akinwale Olawale Bankole Afolabi Nwachukwu Onyekachi Chukwu Danjuma Abubakar Bello Suleiman Mensah Owusu Asante Boateng Appiah Osei Agyeman Amoah Ansah Darko Ofori Addo Kamau Mwangi Njoroge Kimani Kariuki Otieno Odhiambo Onyango Wafula Kipkemboi Cheruiyot Mutua Musyoka Dlamini Nkosi Zulu Khumalo Mthembu Ndlovu Mokoena Mahlangu Sithole Moyo Ncube Sibanda Mutasa Chikwanha Banda Phiri Mwale Tembo Tadesse Bekele Haile Gebre Tesfaye Alemu Diallo Traoré Keita Coulibaly Konaté Cissé Sow Ndiaye Diop Fall Ba Sarr Gueye Camara Touré Kouyaté Kone Ouattara',
  },
  {
    language: 'iberian',
    given:
      'José María Juan Antonio Manuel Francisco Javier Carlos Miguel Alejandro Rafael Pedro Ángel Pablo Sergio Fernando Jorge Luis Alberto Álvaro Diego Adrián Raúl Iván Rubén Óscar Andrés Joaquín Ramón Guillermo Santiago Mateo Nicolás Sebastián Emiliano Lucía Carmen Ana Isabel Laura Cristina Marta Pilar Elena Raquel Rosario Mercedes Beatriz Silvia Patricia Rocío Inés Valentina Camila Ximena Guadalupe Esperanza Dolores Consuelo João Tiago Gonçalo Rodrigo Duarte Vasco Afonso Inês Beatriz Catarina Mariana Joana Leonor Thiago Caio Vinícius Luana Letícia Rogério Edson Alcides Rogelio Graciela Ignacio Joaquim Iñaki Ainhoa Nerea Jordi Montserrat Núria',
    family:
      'García González Rodríguez Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Ruiz Hernández Díaz Moreno Muñoz Álvarez Romero Alonso Gutiérrez Navarro Torres Domínguez Vázquez Ramos Gil Ramírez Serrano Blanco Molina Morales Suárez Ortega Delgado Castro Ortiz Rubio Marín Sanz Núñez Iglesias Medina Garrido Cortés Castillo Santos Lozano Guerrero Cano Prieto Méndez Cruz Calvo Gallego Vidal León Márquez Herrera Peña Flores Cabrera Campos Vega Fuentes Carrasco Reyes Silva Santos Ferreira Pereira Oliveira Costa Rodrigues Martins Jesus Sousa Fernandes Gonçalves Gomes Lopes Marques Alves Almeida Ribeiro Pinto Carvalho Teixeira Moreira Correia Mendes Nunes Soares Vieira Monteiro Cardoso Rocha Neves Coelho Barbosa Araújo Quispe Mamani Huamán',
  },
  {
    language: 'nordic',
    given:
      'Lars Anders Per Nils Jan Erik Olof Gunnar Karl Sven Björn Göran Håkan Magnus Mattias Fredrik Astrid Ingrid Karin Birgitta Elsa Sigrid Solveig Ragnhild Torbjørn Øyvind Bjørn Kåre Knut Odd Kjell Gro Liv Randi Turid Jørgen Søren Niels Mette Lone Kirsten Hanne Jón Guðrún Sigurður Guðmundur Kristín Einar Ólafur Þór Helga Ragnheiður Matti Juhani Timo Pekka Kari Antti Mikko Jukka Päivi Tuula Anneli Aino Eeva Väinö Oskari',
    family:
      'Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Gustafsson Pettersson Jonsson Lindberg Lindström Lindqvist Berglund Bergström Sandberg Nyström Holmberg Söderberg Hansen Johansen Olsen Larsen Andersen Pedersen Nilsen Kristiansen Jensen Karlsen Haugen Hagen Bakken Solberg Moen Strand Nygård Sørensen Rasmussen Jørgensen Madsen Christensen Thomsen Møller Poulsen Jónsdóttir Guðmundsdóttir Sigurðardóttir Einarsdóttir Jónsson Sigurðsson Guðmundsson Ólafsson Þórsson Korhonen Virtanen Mäkinen Nieminen Mäkelä Hämäläinen Laine Heikkinen Koskinen Järvinen Lehtonen Saarinen Salminen Niemi',
  },
  {
    language: 'persian and hebrew',
    given:
      'Reza Mehdi Hossein Amir Farhad Kaveh Cyrus Dariush Behrouz Shirin Parisa Nasrin Maryam Laleh Roya Soraya Niloufar Azadeh Mina Yael Noam Itai Avi Moshe Shlomo Yaakov Yitzhak Chaim Eitan Oren Gal Tal Shira Tamar Rivka Noa Michal Hadar Dalia Ayelet Zeev Uri Amnon',
    family:
      'Hosseini Ahmadi Mohammadi Karimi Rezaei Moradi Jafari Rahimi Ebrahimi Tehrani Shirazi Esfahani Farahani Sadeghi Kazemi Cohen Levi Mizrahi Peretz Biton Dahan Avraham Friedman Malka Azoulay Katz Yosef Ben-David Bar-Lev Shapiro Goldberg Rosenberg Greenberg Weinstein Feldman Kaplan Rabinowitz',
  },
  {
    language: 'south-east asian and pacific',
    given:
      'Nguyen Minh Linh Thanh Huong Hoa Tuan Dung Phuong Thao Trang Quang Hai Long Duc Somchai Somsak Siriporn Malee Niran Kittipong Budi Agus Siti Dewi Sri Wayan Ketut Putu Eko Bambang Nurul Aisyah Azlan Farid Hafiz Rosmah Jose Maria Angelo Jericho Rodel Marites Jomar Analyn Rizal Tala Sione Tevita Mele Ana Hemi Aroha Tane Kahu Leilani Keanu',
    family:
      'Nguyen Tran Le Pham Hoang Phan Vu Vo Dang Bui Do Ho Ngo Duong Suwannarat Chaiyaporn Saetang Wongsawat Santoso Wijaya Setiawan Susanto Hidayat Kusuma Gunawan Pratama Saputra Binti Rahman Ismail Abdullah Osman dela-Cruz Reyes Bautista Villanueva Aquino Macapagal Magsaysay Tuilagi Fonoti Vainikolo Tupou Ngata Parata Kealoha',
  },
  {
    language: 'irish, scottish and welsh',
    given:
      'Aoife Siobhán Niamh Caoimhe Róisín Oisín Cillian Pádraig Seán Eoin Conor Declan Fergus Colm Brendan Ciara Deirdre Gráinne Sinéad Maeve Orla Saoirse Eamon Liam Hamish Alasdair Callum Ewan Fiona Isla Morag Mhairi Angus Duncan Gareth Rhys Dylan Emyr Gethin Carys Ffion Sian Megan Bronwen',
    family:
      "O'Brien O'Connor O'Neill O'Reilly O'Sullivan O'Donnell O'Leary O'Hara O'Keefe O'Shea O'Rourke O'Malley O'Callaghan O'Dwyer O'Grady O'Mahony O'Toole O'Byrne O'Dowd O'Flaherty D'Angelo D'Souza D'Amico D'Agostino D'Cruz McCarthy McDonald MacDonald McKenzie MacLeod McGregor McIntyre McAllister McBride McLaughlin Murphy Kelly Walsh Byrne Ryan Gallagher Doherty Kennedy Lynch Quinn Nolan Fitzgerald Kavanagh Campbell Stewart Fraser Sinclair Llewellyn Pritchard Davies Griffiths Bevan Gwyn",
  },
  {
    language: 'greek, hungarian and romanian',
    given:
      'Giorgos Dimitris Kostas Nikos Yannis Panagiotis Vasilis Eleni Katerina Sofia Despina Anastasios Stavros Theodoros László István József János Zoltán Sándor Gábor Ferenc Attila Péter Zsuzsanna Ágnes Katalin Erzsébet Ildikó Réka Ion Vasile Gheorghe Mihai Andrei Cristian Ioana Elena Mihaela Alina Raluca Ștefan',
    family:
      'Papadopoulos Papadopoulou Papadakis Georgiou Nikolaidis Dimitriou Konstantinou Ioannidis Vlachos Oikonomou Nagy Kovács Tóth Szabó Horváth Varga Kiss Molnár Németh Farkas Balogh Papp Takács Juhász Popescu Ionescu Popa Radu Dumitrescu Stan Stoica Gheorghiu Constantinescu Munteanu',
  },
]

/** Names that people write in chats and lists, also short forms. */
export const nicknames =
  'Bob Rob Bobby Bill Billy Will Jim Jimmy Jamie Joe Joey Jack Tom Tommy Tim Timmy Ben Benny Dan Danny Dave Davey Mike Mikey Mick Nick Nicky Chris Matt Pat Paddy Phil Pete Steve Stu Ron Ronnie Ken Kenny Don Donny Doug Ed Eddie Fred Freddy Greg Hank Harry Jeff Jon Josh Larry Len Lenny Max Nate Ned Ollie Ray Rick Ricky Russ Sam Sammy Sid Stan Ted Teddy Theo Tony Vic Vince Walt Zack Abby Addie Alex Allie Amy Angie Annie Barb Becky Beth Betsy Betty Cathy Chrissy Cindy Connie Deb Debbie Dot Ellie Emmy Fran Gabby Ginny Gwen Izzy Jackie Jan Jen Jenny Jess Jessie Jo Josie Judy Kate Katie Kathy Kay Kim Kris Liz Lizzie Lori Lou Lucy Maddie Maggie Mandy Meg Mel Millie Molly Nan Nancy Nat Nikki Pam Patty Peggy Penny Polly Rosie Sally Sandy Steph Sue Susie Tess Tina Trish Val Vicky Wendy Tom-Erik Anna-Lena Jean-Luc Jean-Pierre Marie-Claire Anne-Marie Hans-Peter Karl-Heinz Mary-Jane'
